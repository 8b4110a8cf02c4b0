//! What is understood of a request before it is acknowledged, for `fuzz`.

use std::time::Instant;

use crate::dynamo::wire::headers::Headers;

use super::request::{Request, understand};

/// Whether a request would be acknowledged.
pub fn is_understood(path: &[u8], headers: &[u8], payload: &[u8]) -> bool {
    let request = Request {
        path,
        headers: Headers::read(headers),
        payload,
    };
    understand(request, Instant::now()).is_ok()
}

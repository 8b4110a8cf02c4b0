//! The payload of an `Error` frame, and what the original's wire carries of an error for peers of our kind.

use crate::{Error, ErrorCode};

use super::frame::MAX_CHUNK;

/// The error as JSON in one frame: what does not fit is cut, the stack first. The value of a declared error is what the
/// caller waits for: one that is too large becomes an error that says so.
pub fn encode(error: &Error) -> Vec<u8> {
    let in_one_frame = |error: &Error| serde_json::to_vec(error).ok().filter(|bytes| bytes.len() <= MAX_CHUNK);
    // Six bytes for one is the worst that escaping does: together these stay under one frame.
    let cut = |text: &str, most: usize| -> String { text[..text.floor_char_boundary(most)].to_owned() };
    let short = |message| Error {
        message: cut(&error.message, message),
        name: error.name.as_deref().map(|name| cut(name, 256)),
        instance: error.instance.as_deref().map(|instance| cut(instance, 64)),
        status: error.status,
        ..Error::new(error.code, "")
    };
    in_one_frame(error)
        .or_else(|| {
            let Some(details) = error.details.as_ref().filter(|_| error.code == ErrorCode::Declared) else {
                return in_one_frame(&short(8 * 1024));
            };
            in_one_frame(&Error {
                details: Some(details.clone()),
                ..short(512)
            })
            .or_else(|| {
                let message = format!(
                    "the declared error {} has {} bytes as JSON, and an error has at most {MAX_CHUNK} with all its \
                     parts; put large values into a response",
                    cut(error.name.as_deref().unwrap_or_default(), 256),
                    details.as_str().len()
                );
                in_one_frame(&Error {
                    code: ErrorCode::PayloadTooLarge,
                    name: None,
                    status: None,
                    message,
                    ..short(0)
                })
            })
        })
        .unwrap_or_else(|| br#"{"code":"internal","message":"unreadable error"}"#.to_vec())
}

//! Payloads between the forms in which applications have them and msgpack.

use rmp::encode::write_bin;

use super::Event;
use crate::{
    Error, ErrorCode, Result,
    dynamo::value::{Codec, Malformed, from_json, read},
    payload::Lane,
};

/// A message as one msgpack value. Fails with `invalid_argument` for text that is no JSON, or holds what msgpack cannot.
pub fn to_msgpack(lane: Lane, data: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len() + 8);
    match lane {
        Lane::Text => std::str::from_utf8(data)
            .map_err(|_| Malformed::Text)
            .and_then(|text| from_json(text, &mut out))
            .map_err(|malformed| {
                Error::new(
                    ErrorCode::InvalidArgument,
                    format!("the event cannot be published: {malformed}"),
                )
            })?,
        Lane::Bytes => {
            // Memory takes everything.
            let _ = write_bin(&mut out, data);
        }
        Lane::Msgpack => out.extend_from_slice(data),
    }
    Ok(out)
}

impl Event {
    /// The payload as a message, in the form in which nothing of it is lost.
    pub fn message(&self) -> std::result::Result<(Lane, Vec<u8>), Malformed> {
        let mut scratch = Vec::new();
        let (lane, data) = read(Codec::Msgpack, &self.payload, &mut scratch)?;
        Ok((lane, data.to_vec()))
    }
}

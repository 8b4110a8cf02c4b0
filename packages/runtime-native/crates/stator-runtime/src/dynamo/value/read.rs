use crate::payload::Lane;

use super::{Codec, Malformed, Style, Token, check, to_json, token};

/// Reads a value into the lane in which nothing of it is lost. `scratch` is cleared and used.
pub fn read<'a>(codec: Codec, value: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<(Lane, &'a [u8]), Malformed> {
    if codec == Codec::Json {
        // Whoever parses it sees whether it is JSON.
        return std::str::from_utf8(value)
            .map(|_| (Lane::Text, value))
            .map_err(|_| Malformed::Text);
    }
    let mut rest = value;
    if let Token::Bytes(bytes) = token(&mut rest)? {
        return if rest.is_empty() {
            Ok((Lane::Bytes, bytes))
        } else {
            Err(Malformed::Trailing)
        };
    }
    scratch.clear();
    let mut rest = value;
    match to_json(&mut rest, scratch, Style::Exact) {
        Ok(()) if rest.is_empty() => Ok((Lane::Text, scratch)),
        Ok(()) => Err(Malformed::Trailing),
        Err(Malformed::NotJson) => check(value).map(|()| (Lane::Msgpack, value)),
        Err(why) => Err(why),
    }
}

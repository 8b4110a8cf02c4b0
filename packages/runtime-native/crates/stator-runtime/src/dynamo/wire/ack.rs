//! Acks: `u32 length | text`, over NATS the text alone. An empty one accepts; **any** other refuses, whatever it says.
//!
//! The original's clients know two refusals by how they begin, and take every other text for an acceptance and wait for
//! ever. So ours all begin in one of these ways.

use crate::{Error, ErrorCode, security::Reason};

use super::Unreadable;

/// The most that an ack may say.
pub const MAX_TEXT: usize = 64 * 1024;

const OVERLOADED: &str = "Server overloaded:";
const UNAVAILABLE: &str = "Server unavailable:";

/// How much of a peer's text is shown.
const SHOWN: usize = 512;

/// The ack at the start of `buffer` and its length; `None` while it is incomplete.
pub fn split(buffer: &[u8]) -> Result<Option<(&[u8], usize)>, Unreadable> {
    let Some(length) = buffer.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*length) as usize;
    if length > MAX_TEXT {
        return Err(Unreadable::TooLarge {
            length: length as u64,
            limit: MAX_TEXT as u64,
        });
    }
    Ok(buffer.get(4..4 + length).map(|text| (text, 4 + length)))
}

/// Appends the ack of a request that was taken.
pub fn put_accepted(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0; 4]);
}

/// Appends a refusal.
pub fn put_refused(out: &mut Vec<u8>, error: &Error) {
    let text = refusal_text(error);
    out.extend_from_slice(&(text.len() as u32).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// What a refusal says. Its last word is the code, for peers of our kind; a reason of security stands before it.
pub fn refusal_text(error: &Error) -> String {
    let start = match error.code {
        ErrorCode::Overloaded => OVERLOADED,
        _ => UNAVAILABLE,
    };
    let mut text = format!("{start} {}", error.message);
    text.truncate(text.floor_char_boundary(MAX_TEXT / 2));
    if let Some(reason) = Reason::of(error) {
        text.push_str(&format!(" [{}]", reason.as_str()));
    }
    text.push_str(&format!(" ({})", error.code));
    text
}

/// What a refusal says.
pub fn refusal(text: &[u8], peer: &str) -> Error {
    let text = String::from_utf8_lossy(&text[..text.len().min(SHOWN)]);
    let code = code_at_the_end(&text).unwrap_or(if text.starts_with(OVERLOADED) {
        ErrorCode::Overloaded
    } else {
        ErrorCode::Unavailable
    });
    let what = format!("{peer} refused the call: {text}");
    match reason_at_the_end(&text) {
        Some(reason) if code == ErrorCode::PermissionDenied => Error {
            message: what.clone(),
            ..reason.error(&what)
        },
        _ => Error::new(code, what),
    }
}

fn reason_at_the_end(text: &str) -> Option<Reason> {
    let name = text.rsplit_once(']')?.0.rsplit('[').next()?;
    Reason::ALL.into_iter().find(|reason| reason.as_str() == name)
}

fn code_at_the_end(text: &str) -> Option<ErrorCode> {
    let name = text.strip_suffix(')')?.rsplit('(').next()?;
    ErrorCode::ALL.into_iter().find(|code| code.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_begin_as_the_originals_do_and_say_their_code() {
        for (code, start) in [
            (ErrorCode::Overloaded, "Server overloaded: "),
            (ErrorCode::NotFound, "Server unavailable: "),
            (ErrorCode::Protocol, "Server unavailable: "),
        ] {
            let mut out = Vec::new();
            put_refused(&mut out, &Error::new(code, "why"));
            let Ok(Some((text, length))) = split(&out) else {
                panic!("{out:?}")
            };
            assert_eq!(length, out.len());
            assert!(text.starts_with(start.as_bytes()));
            assert_eq!(refusal(text, "a worker").code, code);
        }
    }

    #[test]
    fn whatever_is_not_empty_refuses() {
        assert_eq!(refusal(b"Unknown endpoint: x", "w").code, ErrorCode::Unavailable);
        assert_eq!(
            refusal(b"Server overloaded: worker at capacity", "w").code,
            ErrorCode::Overloaded
        );
        assert_eq!(refusal(&[0xFF; 2000], "w").code, ErrorCode::Unavailable);
        assert_eq!(split(&[0, 0, 0, 0]), Ok(Some((&[][..], 4))));
        assert_eq!(split(&[0, 0, 0, 2, b'n']), Ok(None));
        assert!(split(&[0xFF; 4]).is_err());
    }
}

use super::{MAX_DEPTH, Malformed, Token, token};

/// What to do about values that JSON does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Refuse them.
    Exact,
    /// As the original writes them: bytes as a list of numbers, integer keys as text. Refuse the rest.
    AsUpstream,
}

/// A list or map that is being written.
struct Open {
    /// Values that are still to come.
    left: u64,
    map: bool,
}

/// Takes one msgpack value off the front of `input` and appends it to `out` as JSON text.
///
/// After [`Malformed::NotJson`] the value may still be a good one. What was appended is then to be cut off again.
pub fn to_json(input: &mut &[u8], out: &mut Vec<u8>, style: Style) -> Result<(), Malformed> {
    let mut open: Vec<Open> = Vec::new();
    loop {
        let is_key = open.last().is_some_and(|top| top.map && top.left % 2 == 0);
        let next = token(input)?;
        let inside = match next {
            Token::Text(text) => {
                put_text(out, text);
                0
            }
            Token::Unsigned(key) if is_key && style == Style::AsUpstream => {
                out.push(b'"');
                put_number(out, key);
                out.push(b'"');
                0
            }
            Token::Negative(key) if is_key && style == Style::AsUpstream => {
                out.push(b'"');
                put_number(out, key);
                out.push(b'"');
                0
            }
            _ if is_key => return Err(Malformed::NotJson),
            Token::Nil => {
                out.extend_from_slice(b"null");
                0
            }
            Token::Bool(value) => {
                out.extend_from_slice(if value { b"true" } else { b"false" });
                0
            }
            Token::Unsigned(value) => {
                put_number(out, value);
                0
            }
            Token::Negative(value) => {
                put_number(out, value);
                0
            }
            Token::Float(value) if value.is_finite() => {
                put_number(out, value);
                0
            }
            Token::Bytes(bytes) if style == Style::AsUpstream => {
                put_numbers(out, bytes);
                0
            }
            Token::Float(_) | Token::Bytes(_) | Token::Extension => return Err(Malformed::NotJson),
            Token::Array(count) => {
                out.push(b'[');
                if count == 0 {
                    out.push(b']');
                } else {
                    open.push(Open {
                        left: count.into(),
                        map: false,
                    });
                }
                u64::from(count)
            }
            Token::Map(count) => {
                out.push(b'{');
                if count == 0 {
                    out.push(b'}');
                } else {
                    open.push(Open {
                        left: 2 * u64::from(count),
                        map: true,
                    });
                }
                u64::from(count)
            }
        };
        if open.len() > MAX_DEPTH {
            return Err(Malformed::Deep);
        }
        if inside > 0 {
            continue;
        }
        loop {
            let Some(top) = open.last_mut() else { return Ok(()) };
            top.left -= 1;
            if top.left > 0 {
                out.push(if top.map && top.left % 2 == 1 { b':' } else { b',' });
                break;
            }
            out.push(if top.map { b'}' } else { b']' });
            open.pop();
        }
    }
}

/// A number or text never fails to be written to memory.
fn put_number(out: &mut Vec<u8>, number: impl serde::Serialize) {
    let _ = serde_json::to_writer(out, &number);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let _ = serde_json::to_writer(out, text);
}

/// As the original's JSON codec writes bytes.
pub(in crate::dynamo) fn put_numbers(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'[');
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        put_number(out, *byte);
    }
    out.push(b']');
}

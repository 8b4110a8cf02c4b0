//! Two-part messages: `u64 header length | u64 body length | u64 checksum | header | body`, big-endian.
//!
//! The checksum is 0: the original's release builds write that, and ignore whatever they read.

use super::Unreadable;

/// Bytes before the header.
pub const PREFIX: usize = 24;

/// The most that a header may take; the original's senders stop at half of it.
pub const MAX_HEADER: usize = 256 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoPart<'a> {
    pub header: &'a [u8],
    pub body: &'a [u8],
}

/// The message at the start of `buffer` and its length; `None` while it is incomplete. `max_body` limits its body.
pub fn split(buffer: &[u8], max_body: usize) -> Result<Option<(TwoPart<'_>, usize)>, Unreadable> {
    let Some(length) = length(buffer, max_body)? else {
        return Ok(None);
    };
    let (header, body) = (length.0, length.1);
    let total = PREFIX + header + body;
    Ok(buffer.get(PREFIX..total).map(|parts| {
        let (header, body) = parts.split_at(header);
        (TwoPart { header, body }, total)
    }))
}

/// Lengths of header and body, once the prefix is there.
fn length(buffer: &[u8], max_body: usize) -> Result<Option<(usize, usize)>, Unreadable> {
    let Some(prefix) = buffer.first_chunk::<PREFIX>() else {
        return Ok(None);
    };
    let number = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&prefix[at..at + 8]);
        u64::from_be_bytes(bytes)
    };
    let fits = |length: u64, limit: usize| match usize::try_from(length) {
        Ok(length) if length <= limit => Ok(length),
        _ => Err(Unreadable::TooLarge {
            length,
            limit: limit as u64,
        }),
    };
    Ok(Some((fits(number(0), MAX_HEADER)?, fits(number(8), max_body)?)))
}

/// How long the message at the start of `buffer` is, as soon as its prefix says so.
pub fn total(buffer: &[u8], max_body: usize) -> Result<Option<usize>, Unreadable> {
    Ok(length(buffer, max_body)?.map(|(header, body)| PREFIX + header + body))
}

/// Appends a whole message.
pub fn put(out: &mut Vec<u8>, header: &[u8], body: &[u8]) {
    out.reserve(PREFIX + header.len() + body.len());
    put_prefix(out, header.len());
    let at = out.len();
    out.extend_from_slice(header);
    out.extend_from_slice(body);
    set_body(out, at - PREFIX, body.len());
}

/// Appends a message whose body `write` appends. After an error, nothing was appended.
pub fn put_with<E>(
    out: &mut Vec<u8>,
    header: &[u8],
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    put_prefix(out, header.len());
    out.extend_from_slice(header);
    let body = out.len();
    if let Err(error) = write(out) {
        out.truncate(start);
        return Err(error);
    }
    let length = out.len() - body;
    set_body(out, start, length);
    Ok(())
}

fn put_prefix(out: &mut Vec<u8>, header: usize) {
    out.extend_from_slice(&(header as u64).to_be_bytes());
    out.extend_from_slice(&[0; 16]);
}

fn set_body(out: &mut [u8], start: usize, length: usize) {
    out[start + 8..start + 16].copy_from_slice(&(length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_the_documented_bytes() {
        let mut out = Vec::new();
        put(&mut out, b"head", b"body!");
        let mut expected = vec![0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0];
        expected.extend_from_slice(b"headbody!");
        assert_eq!(out, expected);
        let mut again = Vec::new();
        let written: Result<(), ()> = put_with(&mut again, b"head", |out| {
            out.extend_from_slice(b"body!");
            Ok(())
        });
        assert_eq!((written, again), (Ok(()), expected));
    }

    #[test]
    fn every_cut_waits_for_more_and_a_checksum_is_ignored() {
        let mut out = Vec::new();
        put(&mut out, b"head", b"body!");
        out[23] = 57;
        for cut in 0..out.len() {
            assert_eq!(split(&out[..cut], 100), Ok(None), "cut at {cut}");
        }
        let parts = TwoPart {
            header: b"head",
            body: b"body!",
        };
        out.extend_from_slice(b"the next one");
        assert_eq!(split(&out, 100), Ok(Some((parts, 33))));
    }

    #[test]
    fn lengths_beyond_the_limits_are_refused_at_once() {
        let mut out = Vec::new();
        put(&mut out, b"", b"123456");
        assert_eq!(
            split(&out[..PREFIX], 5),
            Err(Unreadable::TooLarge { length: 6, limit: 5 })
        );
        assert!(split(&[0xFF; PREFIX], usize::MAX).is_err());
    }
}

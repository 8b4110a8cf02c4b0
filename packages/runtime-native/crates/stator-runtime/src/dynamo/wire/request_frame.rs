//! Request frames: `u16 length | path | u16 length | headers (JSON) | u32 length | payload`, big-endian.

use super::Unreadable;

/// A path is longer only in what was never a request frame: another protocol's first bytes, say.
pub const MAX_PATH: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestFrame<'a> {
    /// Which endpoint; text, unless somebody sends garbage.
    pub path: &'a [u8],
    /// A JSON object of text to text.
    pub headers: &'a [u8],
    /// A two-part message.
    pub payload: &'a [u8],
}

/// The frame at the start of `buffer` and its length; `None` while it is incomplete. `max` limits the whole frame.
pub fn split(buffer: &[u8], max: usize) -> Result<Option<(RequestFrame<'_>, usize)>, Unreadable> {
    let mut at = 0;
    let Some(path) = part::<2>(buffer, &mut at, |length| {
        if length <= MAX_PATH {
            return Ok(());
        }
        Err(Unreadable::wrong(format_args!(
            "a path of {length} bytes, which no endpoint has"
        )))
    })?
    else {
        return Ok(None);
    };
    let Some(headers) = part::<2>(buffer, &mut at, |_| Ok(()))? else {
        return Ok(None);
    };
    let before = at + 4;
    let Some(payload) = part::<4>(buffer, &mut at, |length| {
        let length = before as u64 + length as u64;
        if length <= max as u64 {
            return Ok(());
        }
        Err(Unreadable::TooLarge {
            length,
            limit: max as u64,
        })
    })?
    else {
        return Ok(None);
    };
    Ok(Some((RequestFrame { path, headers, payload }, at)))
}

/// A field with its length in `N` bytes before it.
fn part<'a, const N: usize>(
    buffer: &'a [u8],
    at: &mut usize,
    check: impl FnOnce(usize) -> Result<(), Unreadable>,
) -> Result<Option<&'a [u8]>, Unreadable> {
    let Some(bytes) = buffer.get(*at..).and_then(|rest| rest.first_chunk::<N>()) else {
        return Ok(None);
    };
    let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
    check(length)?;
    let start = *at + N;
    let found = buffer.get(start..start + length);
    *at = start + length;
    Ok(found)
}

/// Appends a frame whose payload `write` appends. After an error, nothing was appended.
pub fn put_with<E: From<Unreadable>>(
    out: &mut Vec<u8>,
    path: &str,
    headers: &[u8],
    max: usize,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    let result = try_put(out, path, headers, max, write);
    if result.is_err() {
        out.truncate(start);
    }
    result
}

fn try_put<E: From<Unreadable>>(
    out: &mut Vec<u8>,
    path: &str,
    headers: &[u8],
    max: usize,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    for field in [path.as_bytes(), headers] {
        let length = u16::try_from(field.len()).map_err(|_| Unreadable::TooLarge {
            length: field.len() as u64,
            limit: u16::MAX.into(),
        })?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(field);
    }
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    write(out)?;
    let whole = out.len() - start;
    let length = u32::try_from(out.len() - at - 4).ok().filter(|_| whole <= max);
    let Some(length) = length else {
        return Err(Unreadable::TooLarge {
            length: whole as u64,
            limit: max as u64,
        }
        .into());
    };
    out[at..at + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Vec<u8> {
        let mut out = Vec::new();
        let put = put_with::<Unreadable>(&mut out, "1f/a/b/c", b"{}", 100, |out| {
            out.extend_from_slice(b"payload");
            Ok(())
        });
        assert_eq!(put, Ok(()));
        out
    }

    #[test]
    fn a_frame_has_the_documented_bytes() {
        let mut expected = vec![0, 8];
        expected.extend_from_slice(b"1f/a/b/c");
        expected.extend_from_slice(&[0, 2, b'{', b'}', 0, 0, 0, 7]);
        expected.extend_from_slice(b"payload");
        assert_eq!(frame(), expected);
    }

    #[test]
    fn every_cut_waits_for_more() {
        let whole = frame();
        for cut in 0..whole.len() {
            assert_eq!(split(&whole[..cut], 100), Ok(None), "cut at {cut}");
        }
        let parts = RequestFrame {
            path: b"1f/a/b/c",
            headers: b"{}",
            payload: b"payload",
        };
        assert_eq!(split(&whole, 100), Ok(Some((parts, whole.len()))));
    }

    #[test]
    fn the_limit_counts_for_the_whole_frame_on_both_sides() {
        let whole = frame();
        let length = whole.len();
        let large = Unreadable::TooLarge {
            length: length as u64,
            limit: length as u64 - 1,
        };
        assert_eq!(split(&whole[..length - 7], length - 1), Err(large.clone()));
        let mut out = b"kept".to_vec();
        let put = put_with::<Unreadable>(&mut out, "1f/a/b/c", b"{}", length - 1, |out| {
            out.extend_from_slice(b"payload");
            Ok(())
        });
        assert_eq!((put, out.as_slice()), (Err(large), &b"kept"[..]));
    }

    #[test]
    fn other_protocols_are_told_by_their_first_bytes() {
        for bytes in [&b"GET / HTTP/1.1"[..], b"\x16\x03\x01\x02\x00", &[0xFE; 8]] {
            assert!(split(bytes, 1 << 20).is_err(), "{bytes:?}");
        }
    }
}

//! The payload of an `Open` frame.
//!
//! ```text
//! u8 flags (bit 0: the request is a stream; bit 1: the caller's contract is there; bit 2: an instance is named)
//! u32 time left in ms (0: no deadline) | u16 length | path | u16 length | call id
//! u16 number of entries | entries: u16 length | key | u16 length | value
//! 16 bytes: the caller's contract, if it is there | u64 the instance that is meant, if one is named
//! ```
//! The call id is empty if the caller gave none: the worker then makes one if it needs it.
//! Bytes after these are ignored: later minor versions append fields there.

use crate::{Error, ErrorCode, Result, identity::ContractHash};

use super::frame::MAX_CHUNK;

const REQUEST_STREAM: u8 = 1;
const CONTRACT: u8 = 2;
const INSTANCE: u8 = 4;

/// Headers of a call: text to text, carried through every hop. W3C trace context travels as `traceparent`, `tracestate`.
pub type Metadata = Vec<(String, String)>;

/// A call as it is read: with metadata of its own; and as it is written: with somebody else's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Open<'a, M = Metadata> {
    /// `namespace.component.endpoint`.
    pub path: &'a str,
    pub id: &'a str,
    /// The request is a stream of messages, not a single one.
    pub request_stream: bool,
    /// Time left when the frame was written; `None`: no deadline. Relative, so that clocks need not agree.
    pub timeout_ms: Option<u32>,
    pub metadata: M,
    /// The contract that the caller was built with, if it says so.
    pub contract: Option<ContractHash>,
    /// The instance that the caller means: another one behind the same address refuses the call.
    pub instance: Option<u64>,
}

/// Appends the encoded call to `out`; refuses what does not fit one frame.
pub fn encode(out: &mut Vec<u8>, open: &Open<'_, &Metadata>) -> Result<()> {
    let start = out.len();
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    out.push(
        flag(open.request_stream, REQUEST_STREAM)
            | flag(open.contract.is_some(), CONTRACT)
            | flag(open.instance.is_some(), INSTANCE),
    );
    out.extend_from_slice(&open.timeout_ms.unwrap_or(0).to_be_bytes());
    let fits = put_text(out, open.path)
        && put_text(out, open.id)
        && u16::try_from(open.metadata.len()).is_ok_and(|count| {
            out.extend_from_slice(&count.to_be_bytes());
            open.metadata
                .iter()
                .all(|(key, value)| put_text(out, key) && put_text(out, value))
        });
    if let Some(contract) = &open.contract {
        out.extend_from_slice(contract.as_bytes());
    }
    if let Some(instance) = open.instance {
        out.extend_from_slice(&instance.to_be_bytes());
    }
    if fits && out.len() - start <= MAX_CHUNK {
        return Ok(());
    }
    let size = out.len() - start;
    out.truncate(start);
    Err(Error::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "metadata: the path, id and metadata of a call take {size} bytes or more, the limit is {MAX_CHUNK}; send large values in the request"
        ),
    ))
}

fn put_text(out: &mut Vec<u8>, text: &str) -> bool {
    let Ok(length) = u16::try_from(text.len()) else {
        return false;
    };
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    true
}

/// Reads the payload of an `Open` frame; `None` if it is cut short or not UTF-8.
pub fn decode(bytes: &[u8]) -> Option<Open<'_>> {
    let mut reader = Reader(bytes);
    let flags = reader.take(1)?[0];
    let timeout = u32::from_be_bytes(reader.take(4)?.try_into().ok()?);
    let path = reader.text()?;
    let id = reader.text()?;
    let count = reader.u16()?;
    let mut metadata = Metadata::with_capacity(usize::from(count).min(64));
    for _ in 0..count {
        metadata.push((reader.text()?.to_owned(), reader.text()?.to_owned()));
    }
    let contract = if flags & CONTRACT == 0 {
        None
    } else {
        Some(ContractHash::from_bytes(
            reader.take(ContractHash::BYTES)?.try_into().ok()?,
        ))
    };
    let instance = if flags & INSTANCE == 0 {
        None
    } else {
        Some(u64::from_be_bytes(reader.take(8)?.try_into().ok()?))
    };
    Some(Open {
        path,
        id,
        request_stream: flags & REQUEST_STREAM != 0,
        timeout_ms: (timeout != 0).then_some(timeout),
        metadata,
        contract,
        instance,
    })
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.u16()?;
        std::str::from_utf8(self.take(usize::from(length))?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With and without what may be left out.
    fn samples() -> Vec<Open<'static>> {
        let hash = ContractHash::from_bytes(*b"0123456789abcdef");
        let both = [None, Some(hash)].map(|contract| {
            [None, Some(u64::MAX - 1)].map(|instance| Open {
                path: "hello.backend.generate",
                id: "a",
                request_stream: true,
                timeout_ms: Some(1500),
                metadata: vec![("traceparent".into(), "00-…".into())],
                contract,
                instance,
            })
        });
        both.into_iter().flatten().collect()
    }

    fn bytes_of(open: &Open<'_>) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let open = Open {
            path: open.path,
            id: open.id,
            request_stream: open.request_stream,
            timeout_ms: open.timeout_ms,
            metadata: &open.metadata,
            contract: open.contract,
            instance: open.instance,
        };
        encode(&mut bytes, &open)?;
        Ok(bytes)
    }

    #[test]
    fn what_is_written_is_read() -> Result<()> {
        for open in samples() {
            assert_eq!(decode(&bytes_of(&open)?), Some(open));
        }
        Ok(())
    }

    #[test]
    fn every_cut_is_refused_and_a_longer_frame_is_read() -> Result<()> {
        for open in samples() {
            let mut bytes = bytes_of(&open)?;
            for cut in 0..bytes.len() {
                assert_eq!(decode(&bytes[..cut]), None, "cut at {cut}");
            }
            bytes.extend_from_slice(b"later field");
            assert_eq!(decode(&bytes), Some(open));
        }
        Ok(())
    }

    #[test]
    fn what_is_left_out_costs_nothing_and_the_rest_stands_in_the_order_of_flags() -> Result<()> {
        let all = samples().iter().map(bytes_of).collect::<Result<Vec<_>>>()?;
        let [bare, instance, contract, both] = &all[..] else {
            panic!("four samples")
        };
        let size = bare.len();
        assert_eq!([bare[0], instance[0], contract[0], both[0]], [1, 5, 3, 7]);
        for each in [instance, contract, both] {
            assert_eq!(each[1..size], bare[1..]);
        }
        let id = (u64::MAX - 1).to_be_bytes();
        assert_eq!(instance[size..], id);
        assert_eq!(&contract[size..], b"0123456789abcdef");
        assert_eq!(both[size..], [&contract[size..], &id].concat());
        Ok(())
    }

    #[test]
    fn oversized_metadata_leaves_nothing_behind() {
        let mut bytes = b"kept".to_vec();
        let metadata = vec![("k".to_owned(), "v".repeat(70_000))];
        let open = Open {
            path: "a.b.c",
            id: "id",
            request_stream: false,
            timeout_ms: None,
            metadata: &metadata,
            contract: None,
            instance: None,
        };
        let error = encode(&mut bytes, &open).map_err(|error| error.code);
        assert_eq!(error, Err(ErrorCode::PayloadTooLarge));
        assert_eq!(bytes, b"kept");
    }
}

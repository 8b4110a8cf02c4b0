//! What one message of a tunnel says: `u8 version | u8 flags | u64 received | u64 limit | u64 offset | bytes`, big-endian.

/// The only version that there is.
const VERSION: u8 = 1;

/// Bytes of a message before its content.
pub const HEAD: usize = 26;

const END: u8 = 1;
const BREAK: u8 = 2;
const ASK: u8 = 4;
const ANSWER: u8 = 8;

/// One message of a tunnel. Positions count the bytes of one direction from its beginning; its end counts as one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parcel<'a> {
    /// The sender's bytes end behind these.
    pub end: bool,
    /// The sender has given the tunnel up; nothing else in the message counts.
    pub broken: bool,
    /// An answer is wanted at once.
    pub ask: bool,
    /// What came after `received` was lost on the way, if anything did.
    pub answer: bool,
    /// How much of the other direction has arrived.
    pub received: u64,
    /// Up to where the other side may send.
    pub limit: u64,
    /// Where `bytes` begin.
    pub offset: u64,
    pub bytes: &'a [u8],
}

impl<'a> Parcel<'a> {
    /// `None` for what is no message of a tunnel, or one of a version that is not known.
    pub fn read(message: &'a [u8]) -> Option<Self> {
        let (head, bytes) = message.split_first_chunk::<HEAD>()?;
        let number = |at: usize| {
            let bytes = head.get(at..at + 8)?.first_chunk::<8>()?;
            Some(u64::from_be_bytes(*bytes))
        };
        let flags = head[1];
        (head[0] == VERSION).then_some(Self {
            end: flags & END != 0,
            broken: flags & BREAK != 0,
            ask: flags & ASK != 0,
            answer: flags & ANSWER != 0,
            received: number(2)?,
            limit: number(10)?,
            offset: number(18)?,
            bytes,
        })
    }

    pub fn write(&self) -> Vec<u8> {
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        let mut out = Vec::with_capacity(HEAD + self.bytes.len());
        out.push(VERSION);
        out.push(flag(self.end, END) | flag(self.broken, BREAK) | flag(self.ask, ASK) | flag(self.answer, ANSWER));
        for number in [self.received, self.limit, self.offset] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(self.bytes);
        out
    }

    /// Tells the other side that the tunnel is given up, or is not known.
    pub fn give_up() -> Vec<u8> {
        let parcel = Self {
            broken: true,
            ..Self::default()
        };
        parcel.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let parcel = Parcel {
            end: true,
            ask: true,
            received: 7,
            limit: u64::MAX,
            offset: 300,
            bytes: b"content",
            ..Parcel::default()
        };
        let written = parcel.write();
        assert_eq!(written.len(), HEAD + 7);
        assert_eq!(Parcel::read(&written), Some(parcel));
        assert!(Parcel::read(&Parcel::give_up()).is_some_and(|parcel| parcel.broken));
    }

    #[test]
    fn what_is_cut_or_of_another_version_is_none() {
        let written = Parcel::give_up();
        for cut in 0..HEAD {
            assert_eq!(Parcel::read(&written[..cut]), None, "cut at {cut}");
        }
        assert_eq!(Parcel::read(&[2; HEAD]), None);
    }
}

//! Frames: 8 bytes of header (`u8 kind | u8 flags | u16 length | u32 stream`, big-endian), then `length` bytes.

use crate::payload::Lane;

/// Bytes of a frame header.
pub const HEADER: usize = 8;

/// The most that one frame carries; longer messages are cut into chunks and interleaved.
pub const MAX_CHUNK: usize = u16::MAX as usize;

/// What a frame says. Numbers are fixed for version 1; unknown kinds are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Client to worker: a call begins. Payload: see [`super::open`].
    Open = 1,
    /// A chunk of a message, either direction. Flags: [`END_MESSAGE`], [`END_STREAM`], [`BYTES`], [`MSGPACK`].
    Data = 2,
    /// Worker to client: the call is over with an error (JSON). Flag: [`REFUSED`].
    Error = 3,
    /// Client to worker: stop or kill the call. Payload: one byte, see [`Cancel`].
    Cancel = 4,
    /// Either direction: the receiver may be sent this many bytes more (`u32`).
    Credit = 5,
    /// Either direction, stream 0: answer with the same 8 bytes.
    Ping = 6,
    /// The answer to a ping.
    Pong = 7,
    /// Worker to client, stream 0: open no more calls here (`u32` highest stream that was taken).
    GoAway = 8,
    /// Either direction: the next message on this stream takes several chunks, and is this long in all (`u32`). A hint: the
    /// receiver may make room for it, and give credit. Flag: [`GRANTED`].
    Size = 9,
}

impl Kind {
    pub fn from_u8(value: u8) -> Option<Self> {
        Some(match value {
            1 => Self::Open,
            2 => Self::Data,
            3 => Self::Error,
            4 => Self::Cancel,
            5 => Self::Credit,
            6 => Self::Ping,
            7 => Self::Pong,
            8 => Self::GoAway,
            9 => Self::Size,
            _ => return None,
        })
    }
}

/// The chunk ends a message.
pub const END_MESSAGE: u8 = 1;
/// Nothing follows in this direction of the call.
pub const END_STREAM: u8 = 2;
/// The message is raw bytes, not JSON text.
pub const BYTES: u8 = 4;
/// The message is a msgpack value, not JSON text.
pub const MSGPACK: u8 = 8;
/// The worker did not take the call: it may be tried elsewhere.
pub const REFUSED: u8 = 1;

/// The message is the first one of its stream in this direction, and no larger than the receiver's hello allows: both sides
/// count the credit that it takes as given.
pub const GRANTED: u8 = 1;

/// The flag of a data frame that says in which lane its message travels.
pub const fn lane_flag(lane: Lane) -> u8 {
    match lane {
        Lane::Text => 0,
        Lane::Bytes => BYTES,
        Lane::Msgpack => MSGPACK,
    }
}

/// The lane that the flags of a data frame name.
pub const fn lane_of(flags: u8) -> Lane {
    if flags & BYTES != 0 {
        Lane::Bytes
    } else if flags & MSGPACK != 0 {
        Lane::Msgpack
    } else {
        Lane::Text
    }
}

/// How a caller ends a call early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// Finish gracefully: the caller still reads what comes.
    Stop,
    /// End now: the caller is gone.
    Kill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub kind: u8,
    pub flags: u8,
    pub length: u16,
    pub stream: u32,
}

impl Header {
    #[inline]
    pub fn parse(bytes: &[u8; HEADER]) -> Self {
        Self {
            kind: bytes[0],
            flags: bytes[1],
            length: u16::from_be_bytes([bytes[2], bytes[3]]),
            stream: u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]),
        }
    }
}

/// Appends one frame. `payload` must not be longer than [`MAX_CHUNK`].
#[inline]
pub fn put(out: &mut Vec<u8>, kind: Kind, flags: u8, stream: u32, payload: &[u8]) {
    debug_assert!(payload.len() <= MAX_CHUNK);
    out.reserve(HEADER + payload.len());
    put_header(out, kind, flags, stream, payload.len() as u16);
    out.extend_from_slice(payload);
}

/// Appends the header of a frame whose payload of `length` bytes follows.
#[inline]
pub fn put_header(out: &mut Vec<u8>, kind: Kind, flags: u8, stream: u32, length: u16) {
    out.extend_from_slice(&header(kind, flags, stream, length));
}

/// The header of a frame whose payload has `length` bytes.
#[inline]
pub fn header(kind: Kind, flags: u8, stream: u32, length: u16) -> [u8; HEADER] {
    let length = length.to_be_bytes();
    let stream = stream.to_be_bytes();
    [
        kind as u8, flags, length[0], length[1], stream[0], stream[1], stream[2], stream[3],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_the_documented_bytes() {
        let mut out = Vec::new();
        put(&mut out, Kind::Data, END_MESSAGE | END_STREAM, 0x0102_0304, b"hi");
        assert_eq!(out, [2, 3, 0, 2, 1, 2, 3, 4, b'h', b'i']);
        let header: [u8; HEADER] = out[..HEADER].try_into().unwrap_or_default();
        assert_eq!(
            Header::parse(&header),
            Header {
                kind: 2,
                flags: 3,
                length: 2,
                stream: 0x0102_0304
            }
        );
    }
}

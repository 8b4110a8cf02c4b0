use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, BufReader};

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// Memory for a frame is taken as its bytes come, in steps of this at the most.
const STEP: usize = 64 * 1024;

/// What a peer may send.
#[derive(Debug, Clone, Copy)]
pub(in crate::events::zmq) struct Limits {
    /// Of all frames of a message together, in bytes.
    pub(in crate::events::zmq) message: usize,
    /// Frames of a message.
    pub(in crate::events::zmq) frames: usize,
}

/// What a peer sent.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::events::zmq) enum Frame {
    Command(Bytes),
    Message(Vec<Bytes>),
}

/// Reads what a peer sends, within limits.
pub(in crate::events::zmq) struct FrameReader<R> {
    from: BufReader<R>,
    limits: Limits,
    /// The message that is being read.
    parts: Vec<Bytes>,
    size: usize,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    pub(in crate::events::zmq) fn new(from: R, limits: Limits) -> Self {
        Self {
            from: BufReader::with_capacity(STEP, from),
            limits,
            parts: Vec::new(),
            size: 0,
        }
    }

    pub(super) async fn exact(&mut self, into: &mut [u8]) -> io::Result<()> {
        self.from.read_exact(into).await.map(drop)
    }

    /// The next command or whole message; `None` when the peer has ended the connection between two of them.
    ///
    /// Fails with `InvalidData` for what is no ZMTP or too large. Not to be called again after an error, nor after it was
    /// dropped halfway.
    pub(in crate::events::zmq) async fn next(&mut self) -> io::Result<Option<Frame>> {
        loop {
            let flags = match self.from.read_u8().await {
                Ok(flags) => flags,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && self.parts.is_empty() => return Ok(None),
                Err(error) => return Err(error),
            };
            if flags & !(MORE | LONG | COMMAND) != 0 || flags & (MORE | COMMAND) == MORE | COMMAND {
                return Err(invalid(format!("a frame has the flags {flags:#x}")));
            }
            let length = if flags & LONG == 0 {
                u64::from(self.from.read_u8().await?)
            } else {
                self.from.read_u64().await?
            };
            let room = self.limits.message - self.size;
            let length = usize::try_from(length)
                .ok()
                .filter(|length| *length <= room)
                .ok_or_else(|| {
                    invalid(format!(
                        "a message has more than the {} bytes that are taken",
                        self.limits.message
                    ))
                })?;
            let body = self.body(length).await?;
            if flags & COMMAND != 0 {
                return Ok(Some(Frame::Command(body)));
            }
            self.size += length;
            self.parts.push(body);
            if flags & MORE == 0 {
                self.size = 0;
                return Ok(Some(Frame::Message(std::mem::take(&mut self.parts))));
            }
            if self.parts.len() >= self.limits.frames {
                return Err(invalid(format!(
                    "a message has more than {} frames",
                    self.limits.frames
                )));
            }
        }
    }

    async fn body(&mut self, length: usize) -> io::Result<Bytes> {
        let mut body = Vec::new();
        while body.len() < length {
            let from = body.len();
            body.resize(length.min(from + from.max(STEP)), 0);
            self.from.read_exact(&mut body[from..]).await?;
        }
        Ok(body.into())
    }
}

/// Appends a frame.
pub(in crate::events::zmq) fn put_frame(out: &mut Vec<u8>, body: &[u8], more: bool, command: bool) {
    let flags = if more { MORE } else { 0 } | if command { COMMAND } else { 0 };
    match u8::try_from(body.len()) {
        Ok(length) => out.extend_from_slice(&[flags, length]),
        Err(_) => {
            out.push(flags | LONG);
            out.extend_from_slice(&(body.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(body);
}

pub(super) fn invalid(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        message: 200_000,
        frames: 3,
    };

    async fn read(bytes: &[u8]) -> io::Result<Vec<Frame>> {
        let mut reader = FrameReader::new(bytes, LIMITS);
        let mut frames = Vec::new();
        while let Some(frame) = reader.next().await? {
            frames.push(frame);
        }
        Ok(frames)
    }

    #[tokio::test]
    async fn what_is_written_is_read() -> io::Result<()> {
        let long = vec![7; 150_000];
        let mut out = Vec::new();
        put_frame(&mut out, b"topic", true, false);
        put_frame(&mut out, &long, false, false);
        put_frame(&mut out, b"command", false, true);
        put_frame(&mut out, b"", false, false);
        let expected = vec![
            Frame::Message(vec![Bytes::from_static(b"topic"), long.into()]),
            Frame::Command(Bytes::from_static(b"command")),
            Frame::Message(vec![Bytes::new()]),
        ];
        assert_eq!(read(&out).await?, expected);
        Ok(())
    }

    #[tokio::test]
    async fn hostile_frames_are_refused_before_memory_is_taken() {
        let huge = [&[LONG][..], &u64::MAX.to_be_bytes()].concat();
        let large = [&[LONG][..], &200_001_u64.to_be_bytes()].concat();
        let many = [MORE, 0, MORE, 0, MORE, 0];
        let in_parts = [&[MORE | LONG][..], &150_000_u64.to_be_bytes(), &[0; 150_000], &[LONG]].concat();
        let in_parts = [&in_parts[..], &60_000_u64.to_be_bytes()].concat();
        for bytes in [&huge[..], &large, &many, &in_parts, &[8, 0], &[MORE | COMMAND, 0]] {
            let refused = read(bytes).await.err().map(|error| error.kind());
            assert_eq!(refused, Some(io::ErrorKind::InvalidData));
        }
        let short = [&[LONG][..], &100_000_u64.to_be_bytes(), b"abc"].concat();
        for bytes in [&short[..], &[0], &[MORE, 1, 2]] {
            let refused = read(bytes).await.err().map(|error| error.kind());
            assert_eq!(refused, Some(io::ErrorKind::UnexpectedEof));
        }
    }
}

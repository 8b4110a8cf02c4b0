use std::{collections::VecDeque, io::IoSlice};

use bytes::Bytes;

use super::connection_state::STAGE;

/// Pieces that one write takes at the most.
const PIECES: usize = 64;

/// A piece that is shorter is copied, so that the memory of the tail stays where it is.
const SHORT: usize = 256;

/// Framed bytes on their way to the socket: frames in `tail`, and before it what was framed earlier, where large payloads
/// stand as they are.
#[derive(Default)]
pub(super) struct Output {
    front: VecDeque<Bytes>,
    front_size: usize,
    /// Where frames are put.
    pub tail: Vec<u8>,
    /// Bytes of the first piece that the socket has taken.
    read: usize,
    /// Bytes that the socket ever took.
    written: u64,
}

impl Output {
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            tail: Vec::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// Bytes that the socket has not taken yet.
    pub fn staged(&self) -> usize {
        self.front_size + self.tail.len() - self.read
    }

    /// Bytes that were ever framed.
    pub fn framed(&self) -> u64 {
        self.written + self.staged() as u64
    }

    /// Bytes that the socket ever took.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Adds bytes behind what is in the tail, without copying them.
    pub fn put_shared(&mut self, bytes: Bytes) {
        let read = if self.front.is_empty() {
            std::mem::take(&mut self.read)
        } else {
            0
        };
        let frames = &self.tail[read..];
        if !frames.is_empty() {
            let piece = if frames.len() < SHORT {
                let piece = Bytes::copy_from_slice(frames);
                self.tail.clear();
                piece
            } else {
                Bytes::from(std::mem::take(&mut self.tail)).slice(read..)
            };
            self.push(piece);
        } else {
            self.tail.clear();
        }
        self.push(bytes);
    }

    fn push(&mut self, piece: Bytes) {
        self.front_size += piece.len();
        self.front.push_back(piece);
    }

    /// Gives `write` what is to be written next; it returns what the socket took.
    pub fn write<E>(&mut self, write: impl FnOnce(&[IoSlice<'_>]) -> Result<usize, E>) -> Result<(), E> {
        let count = if self.front.is_empty() {
            write(&[IoSlice::new(&self.tail[self.read..])])?
        } else {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let pieces = self.front.iter().map(|piece| &piece[..]).chain([&self.tail[..]]);
            let mut used = 0;
            for (slice, piece) in slices.iter_mut().zip(pieces) {
                *slice = IoSlice::new(if used == 0 { &piece[self.read..] } else { piece });
                used += 1;
            }
            write(&slices[..used])?
        };
        self.took(count);
        Ok(())
    }

    fn took(&mut self, mut count: usize) {
        self.written += count as u64;
        while let Some(piece) = self.front.front() {
            let left = piece.len() - self.read;
            if count < left {
                self.read += count;
                return;
            }
            count -= left;
            self.read = 0;
            self.front_size -= piece.len();
            self.front.pop_front();
        }
        self.read += count;
        if self.read == self.tail.len() {
            self.tail.clear();
            self.read = 0;
            // One large burst must not keep its memory for ever.
            if self.tail.capacity() > 4 * STAGE {
                self.tail.shrink_to(STAGE);
            }
        } else if self.read > STAGE && self.read >= self.tail.len() / 2 {
            // At least half of it goes, so that a long queue is not moved again and again.
            self.tail.drain(..self.read);
            self.read = 0;
        }
    }

    /// Notes what the socket took from elsewhere while nothing was staged.
    pub fn wrote(&mut self, count: usize) {
        debug_assert_eq!(self.staged(), 0);
        self.written += count as u64;
    }

    /// Drops what the socket has not taken.
    pub fn drop_rest(&mut self) {
        *self = Self {
            written: self.written,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a socket would have received, taking at most `piece` bytes at a time.
    fn drain(output: &mut Output, piece: usize, received: &mut Vec<u8>) {
        while output.staged() > 0 {
            let written = output.written();
            let before = received.len();
            let took: Result<(), ()> = output.write(|slices| {
                let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
                assert!(!all.is_empty());
                let count = all.len().min(piece);
                received.extend_from_slice(&all[..count]);
                Ok(count)
            });
            assert_eq!(took, Ok(()));
            assert_eq!(output.written(), written + (received.len() - before) as u64);
        }
    }

    #[test]
    fn output_is_counted_and_its_memory_bounded() {
        let mut output = Output::default();
        let mut expected = 0;
        for round in 0..100 {
            let size = if round % 10 == 0 { 64 * STAGE } else { 1000 };
            output.tail.resize(output.tail.len() + size, 0);
            expected += size as u64;
            assert_eq!(output.framed(), expected);
            // The socket takes it in pieces.
            while output.staged() > 0 {
                let piece = output.staged().min(100_000);
                assert_eq!(output.write(|_| Ok::<usize, ()>(piece)), Ok(()));
                assert!(output.read <= output.tail.len() / 2 + STAGE);
            }
            assert_eq!((output.written(), output.tail.len()), (expected, 0));
            assert!(output.tail.capacity() <= 4 * STAGE, "{}", output.tail.capacity());
        }
    }

    #[test]
    fn frames_and_shared_pieces_keep_their_order() {
        for piece in [1, 7, 300, 1_000_000] {
            let mut output = Output::default();
            let (mut expected, mut received) = (Vec::new(), Vec::new());
            for round in 0..60_u32 {
                let frame = vec![round as u8; if round % 7 == 0 { 2 * SHORT } else { 9 }];
                output.tail.extend_from_slice(&frame);
                expected.extend_from_slice(&frame);
                if round % 3 != 0 {
                    let shared = Bytes::from(vec![!(round as u8); 500]);
                    output.put_shared(shared.clone());
                    expected.extend_from_slice(&shared);
                }
                if round % 5 == 0 {
                    // A part is taken in the middle.
                    let part = output.staged() / 2;
                    let took: Result<(), ()> = output.write(|slices| {
                        let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
                        let count = all.len().min(part);
                        received.extend_from_slice(&all[..count]);
                        Ok(count)
                    });
                    assert_eq!(took, Ok(()));
                }
                assert_eq!(output.framed(), expected.len() as u64);
            }
            drain(&mut output, piece, &mut received);
            assert_eq!(received, expected);
        }
    }
}

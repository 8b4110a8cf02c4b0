use std::io;

use crate::transport::Link;

/// A burst must not keep more memory than this.
const KEEP: usize = 256 * 1024;

/// Bytes on their way to a socket.
#[derive(Debug, Default)]
pub(super) struct OutBuffer {
    bytes: Vec<u8>,
    /// How many of `bytes` the socket has.
    taken: usize,
    /// How many it had before those.
    base: u64,
}

impl OutBuffer {
    /// Where more is appended.
    pub fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Bytes that the socket does not have.
    pub fn unsent(&self) -> usize {
        self.bytes.len() - self.taken
    }

    /// Bytes that were ever appended.
    pub fn appended(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    /// Bytes that the socket ever took.
    pub fn written(&self) -> u64 {
        self.base + self.taken as u64
    }

    /// Writes what the socket takes now.
    pub fn write_to(&mut self, link: &Link) -> io::Result<()> {
        self.write_with(|bytes| link.try_write(bytes))
    }

    /// The same with whatever takes bytes and says how many.
    pub fn write_with(&mut self, mut write: impl FnMut(&[u8]) -> io::Result<usize>) -> io::Result<()> {
        while self.unsent() > 0 {
            match write(&self.bytes[self.taken..]) {
                Ok(count) => self.taken += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        if self.unsent() == 0 {
            self.base += self.taken as u64;
            self.taken = 0;
            self.bytes.clear();
            self.bytes.shrink_to(KEEP);
        } else if self.taken > KEEP && self.taken >= self.bytes.len() / 2 {
            self.bytes.drain(..self.taken);
            self.base += self.taken as u64;
            self.taken = 0;
        }
        Ok(())
    }
}

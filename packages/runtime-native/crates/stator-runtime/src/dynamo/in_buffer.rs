use std::{cell::RefCell, io};

use super::wire::Unreadable;
use crate::transport::Link;

/// What one read takes at the most.
const READ: usize = 64 * 1024;

thread_local! {
    /// Where sockets are read into. Connections come and go with each call: they share it.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// What one read has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    Some,
    /// Nothing now.
    Nothing,
    /// Nothing any more.
    End,
}

/// Why nothing more is read of a connection.
pub(super) enum Broken<Decision> {
    Socket(io::Error),
    Frame(Unreadable),
    /// Nothing is wrong with what came: whoever takes it wants no more.
    Decided(Decision),
}

impl<Decision> From<io::Error> for Broken<Decision> {
    fn from(error: io::Error) -> Self {
        Self::Socket(error)
    }
}

/// The start of a frame whose rest has not been read.
#[derive(Debug, Default)]
pub(super) struct InBuffer(Vec<u8>);

impl InBuffer {
    pub fn new(start: Vec<u8>) -> Self {
        Self(start)
    }

    /// Whether a frame has begun and not ended.
    pub fn is_cut(&self) -> bool {
        !self.0.is_empty()
    }

    /// How many bytes of it there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Reads once, and gives what there is to `take`, which says how much of it was whole frames.
    pub fn read<E: From<io::Error>>(
        &mut self,
        link: &Link,
        take: impl FnOnce(&[u8]) -> Result<usize, E>,
    ) -> Result<Read, E> {
        self.read_with(|scratch| link.try_read(scratch), take)
    }

    /// The same with whatever reads into a slice and says how much.
    pub fn read_with<E: From<io::Error>>(
        &mut self,
        read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
        take: impl FnOnce(&[u8]) -> Result<usize, E>,
    ) -> Result<Read, E> {
        SCRATCH.with_borrow_mut(|scratch| {
            let count = match read(scratch) {
                Ok(0) => return Ok(Read::End),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Read::Nothing),
                Err(error) => return Err(error.into()),
            };
            let fresh = &scratch[..count];
            if self.0.is_empty() {
                let taken = take(fresh)?;
                self.0.extend_from_slice(&fresh[taken..]);
            } else {
                self.0.extend_from_slice(fresh);
                self.take(take)?;
            }
            Ok(Read::Some)
        })
    }

    /// Gives what is left of earlier reads to `take`.
    pub fn take<E>(&mut self, take: impl FnOnce(&[u8]) -> Result<usize, E>) -> Result<(), E> {
        if !self.0.is_empty() {
            let taken = take(&self.0)?;
            self.0.drain(..taken);
            if self.0.is_empty() {
                // A large message must not keep its memory for the rest of the connection.
                self.0.shrink_to(READ);
            }
        }
        Ok(())
    }
}

use std::{
    cell::RefCell,
    io::{self, BufRead as _, Read as _},
    net::Shutdown,
};

use super::Socket;

/// What one read of a socket takes at the most.
const READ: usize = 64 * 1024;

thread_local! {
    /// Where sockets are read into.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// TLS between bytes of a socket and text.
#[derive(Debug)]
pub(super) struct TlsState {
    pub tls: rustls::Connection,
    /// What came and was not decrypted yet, from `taken` on.
    cipher: Vec<u8>,
    taken: usize,
    /// There may be text that was decrypted and not read.
    pub unread: bool,
    /// Nothing more comes.
    pub ended: bool,
    /// Why nothing more can be read, if the peer did not simply end.
    failed: Option<rustls::Error>,
    /// A task sends what the socket did not take.
    pub sending: bool,
    /// To be done when everything is sent.
    pub closing: Option<Shutdown>,
}

impl TlsState {
    /// `begun` came before.
    pub fn new(tls: rustls::Connection, begun: &[u8]) -> Self {
        Self {
            tls,
            cipher: begun.to_vec(),
            taken: 0,
            unread: true,
            ended: false,
            failed: None,
            sending: false,
            closing: None,
        }
    }

    /// Whether there is something to read, or to be told.
    pub fn is_readable(&self) -> bool {
        self.unread || self.has_step() || self.ended
    }

    /// Whether [`TlsState::step`] has something to do, or to say.
    pub fn has_step(&self) -> bool {
        self.has_cipher() || self.failed.is_some()
    }

    pub fn has_cipher(&self) -> bool {
        self.taken < self.cipher.len()
    }

    /// Takes bytes that came.
    pub fn push(&mut self, bytes: &[u8]) {
        self.cipher.extend_from_slice(bytes);
    }

    /// Takes what the socket has now.
    pub fn receive(&mut self, socket: &Socket) -> io::Result<()> {
        SCRATCH.with_borrow_mut(|scratch| {
            let count = socket.try_read(scratch)?;
            self.ended = count == 0;
            self.cipher.extend_from_slice(&scratch[..count]);
            Ok(())
        })
    }

    /// Decrypts a piece. Read the text before the next one.
    pub fn step(&mut self) -> io::Result<()> {
        if let Some(error) = &self.failed {
            return Err(failure(error.clone()));
        }
        let count = self.tls.read_tls(&mut &self.cipher[self.taken..])?;
        // Nothing is taken behind the peer's end.
        self.taken = if count == 0 {
            self.cipher.len()
        } else {
            self.taken + count
        };
        self.ended |= count == 0;
        if self.taken == self.cipher.len() {
            self.cipher.clear();
            self.cipher.shrink_to(READ);
            self.taken = 0;
        }
        match self.tls.process_new_packets() {
            Ok(state) => {
                self.ended |= state.peer_has_closed();
                self.unread = true;
                Ok(())
            }
            Err(error) => {
                self.failed = Some(error.clone());
                Err(failure(error))
            }
        }
    }

    /// Fills the buffer with text; returns how much there is now.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.tls.reader().read(buffer) {
            Ok(count) => Ok(count),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.unread = false;
                Ok(0)
            }
            // Both wires say in their own words when something is complete.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Appends all text that there is.
    pub fn read_all(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let mut reader = self.tls.reader();
            let count = match reader.fill_buf() {
                Ok(piece) => {
                    text.extend_from_slice(piece);
                    piece.len()
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.unread = false;
                    0
                }
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => 0,
                Err(error) => return Err(error),
            };
            reader.consume(count);
            if count == 0 {
                return Ok(());
            }
        }
    }
}

fn failure(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

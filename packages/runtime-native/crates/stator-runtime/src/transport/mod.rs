//! What carries bytes: a TCP socket, with TLS or without, or a pipe inside the process.

mod advertised;
mod begun;
mod descriptor;
mod hand_over;
mod memory_pipe;
#[cfg_attr(windows, path = "outgoing_socket_windows.rs")]
mod outgoing_socket;
mod socket;
mod tls_link;
mod tls_state;

pub(crate) use advertised::advertised;
pub use begun::Begun;
pub use descriptor::Descriptor;
pub use hand_over::{HandOver, PipeEnd, Step};
pub use memory_pipe::{MemoryPipe, PipeBreaker, pair};
pub use outgoing_socket::OutgoingSocket;
pub use socket::Socket;
pub use tls_link::TlsLink;

use std::{
    io::{self, IoSlice},
    net::{Shutdown, SocketAddr},
    time::Duration,
};

use tokio::net::TcpStream;

/// A connected byte stream that any thread may write to without blocking.
#[derive(Debug)]
pub enum Link {
    Plain(Socket),
    Tls(TlsLink),
    Memory(MemoryPipe),
}

impl From<TcpStream> for Link {
    fn from(stream: TcpStream) -> Self {
        Self::Plain(Socket::Both(stream))
    }
}

impl Link {
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.try_read(buffer),
            Self::Tls(link) => link.try_read(buffer),
            Self::Memory(pipe) => pipe.try_read(buffer),
        }
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.try_write(buffer),
            Self::Tls(link) => link.try_write(buffer),
            Self::Memory(pipe) => pipe.try_write(buffer),
        }
    }

    /// Writes several pieces in one go, where the link can; else a part of the first.
    pub fn try_write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match (self, pieces) {
            (Self::Plain(socket), _) => socket.try_write_vectored(pieces),
            (_, []) => Ok(0),
            (_, [first, ..]) => self.try_write(first),
        }
    }

    /// Whether many pieces in one write cost no more than one.
    pub fn takes_pieces(&self) -> bool {
        matches!(self, Self::Plain(_))
    }

    /// Whether what did not fit will be written without anybody who waits for it.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::Memory(pipe) if pipe.goes_on())
    }

    pub async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.readable().await,
            Self::Tls(link) => link.readable().await,
            Self::Memory(pipe) => pipe.readable().await,
        }
    }

    pub async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.writable().await,
            Self::Tls(link) => link.writable().await,
            Self::Memory(pipe) => pipe.writable().await,
        }
    }

    /// Closes both directions; the peer reads what was written, then the end.
    pub fn shutdown(&self) {
        match self {
            Self::Plain(socket) => socket.shutdown(Shutdown::Both),
            Self::Tls(link) => link.finish(Shutdown::Both),
            Self::Memory(pipe) => pipe.shutdown(),
        }
    }

    /// Ends the link so that the peer reads what was written, and then that it broke.
    pub fn break_off(&self) {
        if let Self::Memory(pipe) = self {
            pipe.break_off();
        } else {
            self.end_abruptly(true);
            self.shutdown();
        }
    }

    /// From now on the operating system asks a silent peer in this rhythm whether it lives; three misses end the link.
    pub fn keep_alive(&self, rhythm: Duration) {
        if let Some(socket) = self.socket() {
            socket.keep_alive(rhythm);
        }
    }

    /// Dropping the link ends it at once, also for the peer; what was not sent is dropped. The port is free again at
    /// once too, which matters where there is a connection for each call.
    pub fn end_abruptly(&self, abruptly: bool) {
        if let Some(socket) = self.socket() {
            socket.end_abruptly(abruptly);
        }
    }

    /// Whether bytes of the peer have arrived that nobody has read.
    pub fn has_unread(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.has_unread(),
            Self::Tls(link) => link.has_unread(),
            Self::Memory(pipe) => pipe.has_unread(),
        }
    }

    /// Gives reading up, where there is a socket that somebody else can read. Call it inside a Tokio runtime.
    pub fn without_reading(self) -> io::Result<Self> {
        match self {
            Self::Plain(socket) => socket.without_reading().map(Self::Plain),
            Self::Tls(link) => link.without_reading().map(Self::Tls),
            memory @ Self::Memory(_) => Ok(memory),
        }
    }

    /// A second descriptor of a socket whose reading was given up.
    pub fn second_descriptor(&self) -> Option<Descriptor> {
        self.socket()?.second_descriptor()
    }

    /// The peer reads what was written, then the end; reading goes on.
    pub fn finish_writing(&self) {
        match self {
            Self::Plain(socket) => socket.shutdown(Shutdown::Write),
            Self::Tls(link) => link.finish(Shutdown::Write),
            Self::Memory(pipe) => pipe.finish_writing(),
        }
    }

    /// Whether nobody between the two ends can read what is sent.
    pub fn is_private(&self) -> bool {
        match self {
            Self::Plain(socket) => socket.peer().is_ok_and(is_here),
            Self::Tls(_) | Self::Memory(_) => true,
        }
    }

    pub fn has_tls(&self) -> bool {
        matches!(self, Self::Tls(_))
    }

    /// Whether it does not leave the process.
    pub fn is_inside(&self) -> bool {
        matches!(self, Self::Memory(_))
    }

    fn socket(&self) -> Option<&Socket> {
        match self {
            Self::Plain(socket) => Some(socket),
            Self::Tls(link) => Some(link.socket()),
            Self::Memory(_) => None,
        }
    }

    /// Reads exactly `buffer`; an early end is an error.
    pub async fn read_exact(&self, mut buffer: &mut [u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            self.readable().await?;
            match self.try_read(buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => buffer = &mut buffer[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Returns when the socket has everything.
    pub async fn write_all(&self, mut buffer: &[u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            self.writable().await?;
            match self.try_write(buffer) {
                Ok(count) => buffer = &buffer[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        match self {
            Self::Tls(link) => link.flush().await,
            Self::Plain(_) | Self::Memory(_) => Ok(()),
        }
    }

    /// Closes gently: the peer has `time` to read what was written, before unread bytes of its own could take it away.
    pub async fn part(&self, time: Duration) {
        let part = async {
            self.finish_writing();
            let mut rest = [0; 4096];
            while self.readable().await.is_ok() {
                match self.try_read(&mut rest) {
                    Ok(1..) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Ok(0) | Err(_) => return,
                }
            }
        };
        // What it does not read by then is not wanted.
        let _ = tokio::time::timeout(time, part).await;
    }
}

/// Whether an address is of this machine alone.
fn is_here(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

//! What carries bytes: a TCP socket, or a pipe inside the process.

mod advertised;
mod memory_pipe;
mod outgoing_socket;

pub(crate) use advertised::advertised;
pub use memory_pipe::{MemoryPipe, pair};
pub use outgoing_socket::OutgoingSocket;

use std::{
    io,
    net::{Shutdown, SocketAddr},
    os::fd::OwnedFd,
    time::Duration,
};

use tokio::net::TcpStream;

/// Connects to a listener over TCP.
pub async fn dial(address: SocketAddr) -> io::Result<Link> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(Link::Tcp(stream))
}

/// A connected byte stream that any thread may write to without blocking.
#[derive(Debug)]
pub enum Link {
    Tcp(TcpStream),
    /// Reading it fails: an embedder's reader does that.
    Outgoing(OutgoingSocket),
    Memory(MemoryPipe),
}

impl Link {
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(buffer),
            Self::Outgoing(_) => Err(io::ErrorKind::Unsupported.into()),
            Self::Memory(pipe) => pipe.try_read(buffer),
        }
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(buffer),
            Self::Outgoing(socket) => socket.try_write(buffer),
            Self::Memory(pipe) => pipe.try_write(buffer),
        }
    }

    pub async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.readable().await,
            Self::Outgoing(_) => Err(io::ErrorKind::Unsupported.into()),
            Self::Memory(pipe) => pipe.readable().await,
        }
    }

    pub async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.writable().await,
            Self::Outgoing(socket) => socket.writable().await,
            Self::Memory(pipe) => pipe.writable().await,
        }
    }

    /// Closes both directions; the peer reads what was written, then the end.
    pub fn shutdown(&self) {
        match self {
            Self::Tcp(stream) => {
                // A socket that is already gone needs no closing.
                let _ = socket2::SockRef::from(stream).shutdown(Shutdown::Both);
            }
            Self::Outgoing(socket) => socket.shutdown(Shutdown::Both),
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
        if let Self::Tcp(stream) = self {
            let rhythm = rhythm.clamp(Duration::from_secs(1), Duration::from_secs(7200));
            let probes = socket2::TcpKeepalive::new().with_time(rhythm).with_interval(rhythm);
            // Where it is not to be had, a write finds out later.
            let _ = socket2::SockRef::from(stream).set_tcp_keepalive(&probes.with_retries(3));
        }
    }

    /// Dropping the link ends it at once, also for the peer; what was not sent is dropped. The port is free again at
    /// once too, which matters where there is a connection for each call.
    pub fn end_abruptly(&self, abruptly: bool) {
        if let Self::Tcp(stream) = self {
            let linger = abruptly.then_some(Duration::ZERO);
            // A socket that is already gone needs no ending.
            let _ = socket2::SockRef::from(stream).set_linger(linger);
        }
    }

    /// Whether bytes of the peer have arrived that nobody has read.
    pub fn has_unread(&self) -> bool {
        match self {
            Self::Tcp(stream) => rustix::io::ioctl_fionread(stream).is_ok_and(|bytes| bytes > 0),
            Self::Outgoing(socket) => socket.has_unread(),
            Self::Memory(pipe) => pipe.has_unread(),
        }
    }

    /// Gives reading up, where there is a socket that somebody else can read. Call it inside a Tokio runtime.
    pub fn without_reading(self) -> io::Result<Self> {
        match self {
            Self::Tcp(stream) => OutgoingSocket::new(stream).map(Self::Outgoing),
            other => Ok(other),
        }
    }

    /// A second descriptor of a socket whose reading was given up.
    pub fn second_descriptor(&self) -> Option<OwnedFd> {
        match self {
            Self::Outgoing(socket) => socket.second_descriptor().ok(),
            Self::Tcp(_) | Self::Memory(_) => None,
        }
    }

    /// The peer reads what was written, then the end; reading goes on.
    pub fn finish_writing(&self) {
        match self {
            Self::Tcp(stream) => {
                // A socket that is already gone needs no closing.
                let _ = socket2::SockRef::from(stream).shutdown(Shutdown::Write);
            }
            Self::Outgoing(socket) => socket.shutdown(Shutdown::Write),
            Self::Memory(pipe) => pipe.finish_writing(),
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

    pub async fn write_all(&self, mut buffer: &[u8]) -> io::Result<()> {
        while !buffer.is_empty() {
            self.writable().await?;
            match self.try_write(buffer) {
                Ok(count) => buffer = &buffer[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

use std::{
    io::{self, IoSlice},
    net::{Shutdown, SocketAddr},
    time::Duration,
};

use socket2::SockRef;
use tokio::net::TcpStream;

use super::{Descriptor, OutgoingSocket};

/// A TCP socket that any thread may use without blocking.
#[derive(Debug)]
pub enum Socket {
    Both(TcpStream),
    /// Reading it fails: an embedder's reader does that.
    Outgoing(OutgoingSocket),
}

impl Socket {
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Both(stream) => stream.try_read(buffer),
            Self::Outgoing(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Both(stream) => stream.try_write(buffer),
            Self::Outgoing(socket) => socket.try_write(buffer),
        }
    }

    pub fn try_write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Both(stream) => stream.try_write_vectored(pieces),
            Self::Outgoing(socket) => socket.try_write_vectored(pieces),
        }
    }

    pub async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Both(stream) => stream.readable().await,
            Self::Outgoing(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    pub async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Both(stream) => stream.writable().await,
            Self::Outgoing(socket) => socket.writable().await,
        }
    }

    pub fn shutdown(&self, how: Shutdown) {
        match self {
            Self::Both(stream) => {
                // A socket that is already gone needs no closing.
                let _ = SockRef::from(stream).shutdown(how);
            }
            Self::Outgoing(socket) => socket.shutdown(how),
        }
    }

    /// From now on the operating system asks a silent peer in this rhythm whether it lives; three misses end the socket.
    pub fn keep_alive(&self, rhythm: Duration) {
        if let Self::Both(stream) = self {
            let rhythm = rhythm.clamp(Duration::from_secs(1), Duration::from_secs(7200));
            let probes = socket2::TcpKeepalive::new().with_time(rhythm).with_interval(rhythm);
            // Where it is not to be had, a write finds out later.
            let _ = SockRef::from(stream).set_tcp_keepalive(&probes.with_retries(3));
        }
    }

    /// Dropping the socket ends it at once, also for the peer.
    pub fn end_abruptly(&self, abruptly: bool) {
        if let Self::Both(stream) = self {
            let linger = abruptly.then_some(Duration::ZERO);
            // A socket that is already gone needs no ending.
            let _ = SockRef::from(stream).set_linger(linger);
        }
    }

    pub fn has_unread(&self) -> bool {
        match self {
            Self::Both(stream) => rustix::io::ioctl_fionread(stream).is_ok_and(|bytes| bytes > 0),
            Self::Outgoing(socket) => socket.has_unread(),
        }
    }

    /// Gives reading up. Call it inside a Tokio runtime.
    pub fn without_reading(self) -> io::Result<Self> {
        match self {
            Self::Both(stream) => OutgoingSocket::new(stream).map(Self::Outgoing),
            outgoing @ Self::Outgoing(_) => Ok(outgoing),
        }
    }

    /// A second descriptor of a socket whose reading was given up.
    pub fn second_descriptor(&self) -> Option<Descriptor> {
        match self {
            Self::Outgoing(socket) => socket.second_descriptor().ok(),
            Self::Both(_) => None,
        }
    }

    pub fn peer(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Both(stream) => stream.peer_addr(),
            Self::Outgoing(socket) => socket.peer(),
        }
    }
}

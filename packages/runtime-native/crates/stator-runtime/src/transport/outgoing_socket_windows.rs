use std::{
    io::{self, IoSlice},
    net::{Shutdown, SocketAddr},
    os::windows::io::AsSocket,
};

use socket2::SockRef;
use tokio::net::TcpStream;

use super::Descriptor;

/// A socket that this side only writes to, as on Unix. Tokio watches it for reading all the same: it has no other way
/// here.
#[derive(Debug)]
pub struct OutgoingSocket(TcpStream);

impl OutgoingSocket {
    /// Call it inside a Tokio runtime.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        Ok(Self(stream))
    }

    /// A second descriptor of the same socket, for whoever reads it.
    pub fn second_descriptor(&self) -> io::Result<Descriptor> {
        self.0.as_socket().try_clone_to_owned()
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        self.0.try_write(buffer)
    }

    pub fn try_write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write_vectored(pieces)
    }

    pub async fn writable(&self) -> io::Result<()> {
        self.0.writable().await
    }

    pub fn has_unread(&self) -> bool {
        rustix::io::ioctl_fionread(&self.0).is_ok_and(|bytes| bytes > 0)
    }

    pub fn peer(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    pub fn shutdown(&self, how: Shutdown) {
        // A socket that is already gone needs no closing.
        let _ = SockRef::from(&self.0).shutdown(how);
    }
}

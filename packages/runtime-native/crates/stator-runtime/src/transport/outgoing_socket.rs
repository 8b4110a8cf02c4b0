use std::{
    io::{self, IoSlice, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    os::fd::AsFd,
};

use tokio::io::{Interest, unix::AsyncFd};

use super::Descriptor;

/// A socket that this side only writes to: somebody else reads it through a descriptor of its own.
///
/// It is watched for writing alone. A socket that two event loops watch for reading wakes both with every packet, and
/// waking a thread is the dearest part of a small call.
#[derive(Debug)]
pub struct OutgoingSocket(AsyncFd<TcpStream>);

impl OutgoingSocket {
    /// Call it inside a Tokio runtime.
    pub fn new(stream: tokio::net::TcpStream) -> io::Result<Self> {
        AsyncFd::with_interest(stream.into_std()?, Interest::WRITABLE).map(Self)
    }

    /// A second descriptor of the same socket, for whoever reads it.
    pub fn second_descriptor(&self) -> io::Result<Descriptor> {
        self.0.as_fd().try_clone_to_owned()
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        self.0.try_io(Interest::WRITABLE, |mut stream| stream.write(buffer))
    }

    pub fn try_write_vectored(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0
            .try_io(Interest::WRITABLE, |mut stream| stream.write_vectored(pieces))
    }

    pub async fn writable(&self) -> io::Result<()> {
        self.0.writable().await.map(|mut ready| ready.retain_ready())
    }

    pub fn has_unread(&self) -> bool {
        rustix::io::ioctl_fionread(&self.0).is_ok_and(|bytes| bytes > 0)
    }

    pub fn peer(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().peer_addr()
    }

    pub fn shutdown(&self, how: Shutdown) {
        // A socket that is already gone needs no closing.
        let _ = self.0.get_ref().shutdown(how);
    }
}

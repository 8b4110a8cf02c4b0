use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
};

use tokio::io::{Interest, unix::AsyncFd};

/// A socket that calls come home to. It gives its connections unwatched: most are over before anybody has to watch them.
pub(super) struct HomeSocket(AsyncFd<TcpListener>);

impl HomeSocket {
    /// Call it inside a Tokio runtime. The socket does not block.
    pub(super) fn new(listener: TcpListener) -> io::Result<Self> {
        AsyncFd::with_interest(listener, Interest::READABLE).map(Self)
    }

    /// Waits until there may be a connection.
    pub(super) async fn ready(&self) -> io::Result<()> {
        self.0.readable().await.map(|mut ready| ready.retain_ready())
    }

    /// `WouldBlock` when there is none.
    pub(super) fn try_accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.0.try_io(Interest::READABLE, TcpListener::accept)
    }
}

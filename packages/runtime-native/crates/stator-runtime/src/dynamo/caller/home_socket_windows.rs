use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
};

use parking_lot::Mutex;

/// The same as on Unix, but for one connection a turn: Tokio has no other way here.
pub(super) struct HomeSocket {
    listener: tokio::net::TcpListener,
    arrived: Mutex<Option<io::Result<(tokio::net::TcpStream, SocketAddr)>>>,
}

impl HomeSocket {
    /// Call it inside a Tokio runtime. The socket does not block.
    pub(super) fn new(listener: TcpListener) -> io::Result<Self> {
        Ok(Self {
            listener: tokio::net::TcpListener::from_std(listener)?,
            arrived: Mutex::default(),
        })
    }

    /// Waits until there is a connection.
    pub(super) async fn ready(&self) -> io::Result<()> {
        // What has failed is told where it is taken.
        let arrived = self.listener.accept().await;
        *self.arrived.lock() = Some(arrived);
        Ok(())
    }

    /// `WouldBlock` when there is none.
    pub(super) fn try_accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let arrived = self.arrived.lock().take();
        let (stream, peer) = arrived.unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into()))?;
        Ok((stream.into_std()?, peer))
    }
}

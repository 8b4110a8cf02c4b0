use std::{
    io::{self, Write},
    net::{SocketAddr, TcpStream},
};

use socket2::{Domain, SockRef, Type};

use super::Link;

/// A connection that was begun and not waited for: nothing watches it yet. To a peer on the same machine it is there at
/// once, and takes what is written; to another one it takes nothing before the peer has answered.
#[derive(Debug)]
pub struct Begun(TcpStream);

impl Begun {
    pub fn new(address: SocketAddr) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        let stream = TcpStream::from(socket);
        stream.set_nonblocking(true)?;
        match SockRef::from(&stream).connect(&address.into()) {
            Ok(()) => {}
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => {}
            // The same in the words of Windows.
            Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        Ok(Self(stream))
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        match (&self.0).write(buffer) {
            // How some systems say that the peer has not answered.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Err(io::ErrorKind::WouldBlock.into()),
            written => written,
        }
    }

    /// Whether the peer has ended it, one way or another.
    pub fn has_ended(&self) -> bool {
        match self.0.peek(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Waits until it is there. Call it inside a Tokio runtime.
    pub async fn link(self) -> io::Result<Link> {
        self.0.set_nodelay(true)?;
        let stream = tokio::net::TcpStream::from_std(self.0)?;
        stream.writable().await?;
        match stream.take_error()? {
            Some(error) => Err(error),
            None => Ok(stream.into()),
        }
    }
}

//! What carries bytes: a TCP socket, or a pipe inside the process.

mod memory_pipe;

pub use memory_pipe::{MemoryPipe, pair};

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
};

use tokio::net::TcpStream;

/// A connected byte stream that any thread may write to without blocking.
#[derive(Debug)]
pub enum Link {
    Tcp(TcpStream),
    Memory(MemoryPipe),
}

impl Link {
    pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(buffer),
            Self::Memory(pipe) => pipe.try_read(buffer),
        }
    }

    pub fn try_write(&self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(buffer),
            Self::Memory(pipe) => pipe.try_write(buffer),
        }
    }

    pub async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.readable().await,
            Self::Memory(pipe) => pipe.readable().await,
        }
    }

    pub async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.writable().await,
            Self::Memory(pipe) => pipe.writable().await,
        }
    }

    /// Closes both directions; the peer reads what was written, then the end.
    pub fn shutdown(&self) {
        match self {
            Self::Tcp(stream) => {
                // A socket that is already gone needs no closing.
                let _ = socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Both);
            }
            Self::Memory(pipe) => pipe.shutdown(),
        }
    }

    /// Whether bytes of the peer have arrived that nobody has read.
    pub fn has_unread(&self) -> bool {
        match self {
            Self::Tcp(stream) => rustix::io::ioctl_fionread(stream).is_ok_and(|bytes| bytes > 0),
            Self::Memory(pipe) => pipe.has_unread(),
        }
    }

    /// A second descriptor of the same socket; `None` for what has no socket.
    pub fn second_descriptor(&self) -> Option<OwnedFd> {
        match self {
            Self::Tcp(stream) => stream.as_fd().try_clone_to_owned().ok(),
            Self::Memory(_) => None,
        }
    }

    /// The peer reads what was written, then the end; reading goes on.
    pub fn finish_writing(&self) {
        match self {
            Self::Tcp(stream) => {
                // A socket that is already gone needs no closing.
                let _ = socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write);
            }
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

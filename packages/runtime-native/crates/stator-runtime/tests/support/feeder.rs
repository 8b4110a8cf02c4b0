use std::{os::fd::OwnedFd, sync::Arc};

use stator_runtime::connection::{Connection, Hooks, Reader};
use tokio::io::AsyncReadExt;

/// Reads sockets as an embedder's event loop does, in pieces that cut frames anywhere.
struct Feeder;

impl Reader for Feeder {
    fn attach(&self, connection: &Connection, socket: OwnedFd) {
        let connection = connection.clone();
        tokio::spawn(async move {
            let socket = std::net::TcpStream::from(socket);
            let Ok(mut socket) = tokio::net::TcpStream::from_std(socket) else {
                return connection.feed_end();
            };
            let mut draw = fastrand::Rng::with_seed(7);
            let mut buffer = vec![0; 65_536];
            loop {
                let most = if draw.bool() { draw.usize(1..30) } else { buffer.len() };
                match socket.read(&mut buffer[..most]).await {
                    Ok(count) if count > 0 => connection.feed(&buffer[..count]),
                    _ => return connection.feed_end(),
                }
            }
        });
    }
}

pub fn hooks() -> Hooks {
    Hooks {
        reader: Some(Arc::new(Feeder)),
        ..Hooks::default()
    }
}

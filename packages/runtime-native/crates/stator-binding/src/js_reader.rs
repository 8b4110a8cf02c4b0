use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_runtime::{
    connection::{Connection, Reader},
    transport::Descriptor,
};

use crate::{event, inbox::Inbox};

/// Connections whose sockets JavaScript's event loop reads, by a number that this side gives.
pub struct JsReader {
    inbox: Arc<Inbox>,
    connections: Mutex<FxHashMap<u32, Connection>>,
    next: AtomicU32,
}

impl JsReader {
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            connections: Mutex::default(),
            next: AtomicU32::new(1),
        }
    }

    /// JavaScript read this from the connection's socket. Nobody is woken: JavaScript looks when this returns.
    pub fn feed(&self, number: u32, bytes: &[u8]) {
        let connection = self.connections.lock().get(&number).cloned();
        if let Some(connection) = connection {
            self.inbox.attended();
            connection.feed(bytes);
        }
    }

    /// The socket is at its end.
    pub fn end(&self, number: u32) {
        let connection = self.connections.lock().remove(&number);
        if let Some(connection) = connection {
            connection.feed_end();
        }
    }
}

impl Reader for JsReader {
    fn attach(&self, connection: &Connection, socket: Descriptor) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.connections.lock().insert(number, connection.clone());
        let descriptor = number_of(socket);
        self.inbox.push([event::ATTACH, number, 0, descriptor, 0, 0, 0, 0]);
        self.inbox.ring();
    }
}

#[cfg(unix)]
fn number_of(socket: Descriptor) -> u32 {
    std::os::fd::IntoRawFd::into_raw_fd(socket) as u32
}

/// JavaScript reads no sockets of others there, and asks for none.
#[cfg(windows)]
fn number_of(socket: Descriptor) -> u32 {
    std::os::windows::io::IntoRawSocket::into_raw_socket(socket) as u32
}

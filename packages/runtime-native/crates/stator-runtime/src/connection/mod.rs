//! One multiplexed connection: many calls over one byte stream, each direction of each call with its own credit.
//!
//! Any thread may send: frames are collected under one lock and written at once where the socket takes them; what it
//! does not take is finished by the writer task. Received messages are handed to observers outside of the lock.

mod connection_state;
mod ending;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod handshake;
mod inbound;
mod limits;
mod observer;
mod outbound;
mod output;
mod pipe;
mod reader;
mod tasks;

pub use handshake::{Offer, accept, connect, refuse};
pub use limits::{Hooks, Limits, NEVER};
pub use observer::{Accepted, Acceptor, End, Message, StreamObserver};
pub use outbound::{OpenCall, SendStatus};
pub use reader::Reader;

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::transport::Link;

use connection_state::State;
use reader::Fed;

/// A shared handle; the connection lives until [`Connection::close`] or the peer ends it.
#[derive(Clone)]
pub struct Connection(Arc<Shared>);

struct Shared {
    link: Link,
    /// Address of the peer, for messages.
    peer: String,
    limits: Limits,
    hooks: Hooks,
    /// Takes incoming calls; absent on the dialling side.
    acceptor: Option<Arc<dyn Acceptor>>,
    state: Mutex<State>,
    fed: Fed,
    wake_writer: Notify,
    wake_timer: Notify,
    /// Nothing is open and nothing waits for the socket.
    idle: Notify,
    closed: CancellationToken,
}

impl Connection {
    pub fn peer(&self) -> &str {
        &self.0.peer
    }

    /// Whether new calls may be opened here.
    pub fn accepts_calls(&self) -> bool {
        self.0.state.lock().accepts_calls()
    }

    pub fn is_closed(&self) -> bool {
        self.0.closed.is_cancelled()
    }

    /// Resolves when the connection is over.
    pub async fn closed(&self) {
        self.0.closed.cancelled().await;
    }

    /// Number of calls that are open.
    pub fn open_calls(&self) -> usize {
        self.0.state.lock().streams.len()
    }

    pub fn same_as(&self, other: &Connection) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

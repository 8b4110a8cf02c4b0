use std::{sync::Arc, time::Instant};

use crate::{
    Error,
    payload::Lane,
    wire::{frame::Cancel, open::Open},
};

use super::Connection;

/// How one direction of a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The peer has sent everything. On the worker's side the call goes on until its response ends.
    Finished,
    /// The peer reported an error. `refused`: no handler took the call.
    Failed { error: Error, refused: bool },
    /// The connection broke. `sent`: the peer may have taken the call.
    Lost { error: Error, sent: bool },
    /// The call's time was up.
    DeadlineExceeded,
}

/// A whole message, where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub lane: Lane,
    pub data: &'a [u8],
    /// What it costs: see [`StreamObserver::message`].
    pub cost: u32,
}

/// Hears what arrives on one stream. Called without any lock of the connection, in order, from any thread.
///
/// After [`StreamObserver::end`] a message that was already on its way may still be delivered; observers drop it.
pub trait StreamObserver: Send + Sync + 'static {
    /// A whole message. `cost` is to be given back by [`Connection::consumed`] when the consumer has taken it.
    fn message(&self, lane: Lane, data: &[u8], cost: u32);

    /// Several that came together.
    fn messages<'a>(&self, messages: &mut dyn Iterator<Item = Message<'a>>) {
        for Message { lane, data, cost } in messages {
            self.message(lane, data, cost);
        }
    }

    /// The same with a large message, which need not be copied.
    fn large_message(&self, lane: Lane, data: Vec<u8>, cost: u32) {
        self.message(lane, &data, cost);
    }

    fn end(self: Arc<Self>, end: End);

    /// The caller stopped or killed the call (worker's side only). After a kill nothing more can be sent.
    fn cancelled(&self, _cancel: Cancel) {}

    /// Everything that was queued has been framed: more may be sent.
    fn writable(&self) {}
}

/// A call that was taken.
pub struct Accepted {
    pub observer: Arc<dyn StreamObserver>,
    /// What [`Connection::cut_off`] ends together.
    pub group: u64,
}

/// Takes the calls that a peer opens.
pub trait Acceptor: Send + Sync + 'static {
    /// Called with the connection locked: must not block, nor call the connection. An error refuses the call.
    ///
    /// `now` is when the frame arrived.
    fn open(&self, connection: &Connection, stream: u32, open: Open<'_>, now: Instant) -> Result<Accepted, Error>;
}

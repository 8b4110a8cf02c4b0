use std::{any::Any, sync::Arc};

use bytes::Bytes;

use super::{ChannelTransport, EventScope, Inlet};
use crate::{Result, discovery::BoxFuture};

/// A way for events to travel.
pub trait EventPlane: Send + Sync + 'static {
    /// Name for messages: `memory`, `nats`, `zmq`.
    fn name(&self) -> &'static str;

    /// Makes the way out for one publisher.
    fn open<'a>(&'a self, publisher: Opening<'a>) -> BoxFuture<'a, Result<Opened>>;

    /// Receives for one subscription, until what it returns is dropped. What is published after it has returned
    /// arrives, as far as the back end can know.
    fn listen<'a>(&'a self, inlet: Arc<Inlet>) -> BoxFuture<'a, Result<Listening>>;

    /// Lets what was published leave, within a second, and ends. Subscriptions are ended before.
    fn close<'a>(&'a self) -> BoxFuture<'a, ()>;
}

/// Whom a way out is for.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    pub scope: &'a EventScope,
    pub topic: &'a str,
    pub publisher_id: u64,
}

/// A way out, and how others find it.
pub struct Opened {
    pub outlet: Arc<dyn Outlet>,
    /// For the record in discovery; `None` where nothing has to be found.
    pub transport: Option<ChannelTransport>,
}

/// Where one publisher's envelopes go.
pub trait Outlet: Send + Sync + 'static {
    /// Hands on one envelope and returns at once. Fails with `overloaded` when there is no room.
    fn send(&self, sequence: u64, envelope: Bytes) -> Result<()>;

    /// The longest envelope that gets through.
    fn max_bytes(&self) -> usize {
        usize::MAX
    }

    /// What sets that limit, for messages.
    fn limited_by(&self) -> &'static str {
        "the option maxMessageBytes"
    }
}

/// Receives for as long as it is kept.
pub type Listening = Box<dyn Any + Send + Sync>;

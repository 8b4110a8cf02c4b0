use std::sync::Arc;

use super::{Bounds, Event, Inlet, Listening};
use crate::Result;

/// How a topic is subscribed to.
#[derive(Debug, Clone, Copy)]
pub struct SubscribeOptions {
    /// What may wait for the reader; further events are dropped and counted. Default 100,000 events of 64 MiB.
    pub bounds: Bounds,
}

impl Default for SubscribeOptions {
    fn default() -> Self {
        Self { bounds: DEFAULT_BOUNDS }
    }
}

/// As many events as in the original, and no more memory than that, whatever their size.
pub const DEFAULT_BOUNDS: Bounds = Bounds {
    count: 100_000,
    bytes: 64 << 20,
};

/// Events of one topic in one scope, from whoever publishes them. Dropping it ends it.
pub struct EventSubscription {
    inlet: Arc<Inlet>,
    /// What receives for us, for as long as it is kept.
    _listening: Listening,
}

impl EventSubscription {
    pub(super) fn new(inlet: Arc<Inlet>, listening: Listening) -> Self {
        Self {
            inlet,
            _listening: listening,
        }
    }

    /// The next event, when it comes. `None` when the subscription or the runtime was closed; an error, once, when the
    /// back end ended it.
    pub async fn next(&self) -> Option<Result<Event>> {
        match self.inlet.queue.pop().await {
            Some(event) => Some(Ok(event)),
            None => self.inlet.take_end().map(Err),
        }
    }

    /// The reader cannot use an event that it took.
    pub fn skip(&self, reason: &str) {
        self.inlet.skip(reason);
    }

    /// How many events had no room.
    pub fn dropped(&self) -> u64 {
        self.inlet.dropped()
    }

    /// Ends it: what waits can still be read.
    pub fn close(&self) {
        self.inlet.end(None);
    }

    /// Ends it from elsewhere.
    pub fn closer(&self) -> impl Fn() + Send + Sync + 'static {
        let inlet = Arc::clone(&self.inlet);
        move || inlet.end(None)
    }
}

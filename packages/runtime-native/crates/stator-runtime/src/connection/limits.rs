use std::{sync::Arc, time::Duration};

/// What one connection allows, ours and the peer's.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Credit in bytes that each stream towards us starts with.
    pub window: u32,
    /// The largest message in bytes that we take.
    pub max_message: u32,
    /// Credit that each stream towards the peer starts with.
    pub peer_window: u32,
    /// The largest message that the peer takes.
    pub peer_max_message: u32,
    /// A connection with open calls that hears nothing for this long is pinged, and given up after twice as long.
    pub keep_alive: Duration,
}

/// What the embedder wants to hear about.
#[derive(Clone)]
pub struct Hooks {
    /// Called after each group of events was handed to observers: the moment to wake a consumer once for all of them.
    pub batch_end: Arc<dyn Fn() + Send + Sync>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            batch_end: Arc::new(|| {}),
        }
    }
}

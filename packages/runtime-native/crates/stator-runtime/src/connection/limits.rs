use std::{sync::Arc, time::Duration};

use super::Reader;

/// Stands for "never" where a time is needed: about ten years. Longer ones cannot always be added to an instant.
pub const NEVER: Duration = Duration::from_secs(10 * 365 * 86_400);

/// What one connection allows, ours and the peer's.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Credit in bytes that each stream towards us starts with.
    pub window: u32,
    /// The largest message in bytes that we take.
    pub max_message: u32,
    /// The largest first message of a stream towards us whose credit is given with its size.
    pub first_message: u32,
    /// Credit that each stream towards the peer starts with.
    pub peer_window: u32,
    /// The largest message that the peer takes.
    pub peer_max_message: u32,
    /// The largest first message of a stream towards the peer whose credit is given with its size.
    pub peer_first_message: u32,
    /// Both sides of a connection with open calls ping in this rhythm; one that hears nothing for twice as long gives up.
    pub keep_alive: Duration,
}

/// What the embedder wants to hear about.
#[derive(Clone)]
pub struct Hooks {
    /// Called after each group of events was handed to observers: the moment to wake a consumer once for all of them.
    pub batch_end: Arc<dyn Fn() + Send + Sync>,
    /// Reads sockets in place of the core, where it can.
    pub reader: Option<Arc<dyn Reader>>,
    /// What comes through a pipe inside the process may be handed to observers on the thread that wrote it, while that is
    /// [handing over](crate::transport::HandOver); so they need no Tokio runtime around them.
    pub takes_over: bool,
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            batch_end: Arc::new(|| {}),
            reader: None,
            takes_over: false,
        }
    }
}

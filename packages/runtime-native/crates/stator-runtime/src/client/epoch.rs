use std::sync::atomic::{AtomicU64, Ordering};

/// Counts what makes a [`Choice`](super::choice::Choice) of workers stale besides the list of them: somebody is avoided,
/// or something else is known about a contract. One for all clients of a runtime.
#[derive(Debug, Default)]
pub(crate) struct Epoch(AtomicU64);

impl Epoch {
    /// To be read before what it counts is looked at.
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// To be called when what it counts has changed.
    pub fn next(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

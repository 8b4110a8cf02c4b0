use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::discovery::Instance;

use super::peer::Peer;

/// One instance as a client sees it: its record, its connection, and how it fares.
pub struct Worker {
    instance: Arc<Instance>,
    peer: Arc<Peer>,
    open_calls: AtomicU32,
    avoid_until: Mutex<Option<Instant>>,
}

impl Worker {
    pub(super) fn new(instance: Arc<Instance>, peer: Arc<Peer>) -> Self {
        Self {
            instance,
            peer,
            open_calls: AtomicU32::new(0),
            avoid_until: Mutex::default(),
        }
    }

    pub fn id(&self) -> u64 {
        self.instance.instance_id
    }

    pub fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }

    pub(super) fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// Calls of this process that are open on it.
    pub fn open_calls(&self) -> u32 {
        self.open_calls.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self) {
        self.open_calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn end(&self) {
        self.open_calls.fetch_sub(1, Ordering::Relaxed);
    }

    /// Others are preferred for that long, or until its record changes.
    pub(super) fn avoid(&self, time: Duration) {
        *self.avoid_until.lock() = Instant::now().checked_add(time);
    }

    pub(super) fn is_avoided(&self) -> bool {
        let mut until = self.avoid_until.lock();
        match *until {
            None => false,
            Some(at) if Instant::now() < at => true,
            Some(_) => {
                *until = None;
                false
            }
        }
    }
}

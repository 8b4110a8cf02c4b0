use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::discovery::Instance;

use super::{Wire, target::Target};

/// One instance as a client sees it: its record, its connection, and how it fares.
pub struct Worker {
    instance: Arc<Instance>,
    target: Target,
    open_calls: AtomicU32,
    /// Whether `avoid_until` has to be looked at: it seldom has.
    avoided: AtomicBool,
    avoid_until: Mutex<Option<Instant>>,
}

impl Worker {
    pub(super) fn new(instance: Arc<Instance>, target: Target) -> Self {
        Self {
            instance,
            target,
            open_calls: AtomicU32::new(0),
            avoided: AtomicBool::new(false),
            avoid_until: Mutex::default(),
        }
    }

    pub fn id(&self) -> u64 {
        self.instance.instance_id
    }

    pub fn instance(&self) -> &Arc<Instance> {
        &self.instance
    }

    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// Where its calls go: `IP:port`, or `memory:<n>` inside the process.
    pub fn address(&self) -> String {
        self.target.address()
    }

    /// Over which wire.
    pub fn wire(&self) -> Wire {
        self.target.wire()
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
        let mut until = self.avoid_until.lock();
        *until = Instant::now().checked_add(time);
        self.avoided.store(until.is_some(), Ordering::Release);
    }

    pub(super) fn is_avoided(&self) -> bool {
        if !self.avoided.load(Ordering::Acquire) {
            return false;
        }
        let mut until = self.avoid_until.lock();
        let avoided = until.is_some_and(|at| Instant::now() < at);
        if !avoided {
            *until = None;
            self.avoided.store(false, Ordering::Release);
        }
        avoided
    }
}

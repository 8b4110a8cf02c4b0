use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use crate::{discovery::Instance, identity::Standing};

use super::{Epoch, Wire, judging::Pair, target::Target};

/// One instance as a client sees it: its record, its connection, and how it fares.
pub struct Worker {
    instance: Arc<Instance>,
    target: Target,
    /// Present when its contract is another one than the client's.
    pair: Option<Arc<Pair>>,
    open_calls: AtomicU32,
    /// Whether `avoid_until` has to be looked at: it seldom has.
    avoided: AtomicBool,
    avoid_until: Mutex<Option<Instant>>,
    epoch: Arc<Epoch>,
}

impl Worker {
    pub(super) fn new(instance: Arc<Instance>, target: Target, pair: Option<Arc<Pair>>, epoch: Arc<Epoch>) -> Self {
        Self {
            instance,
            target,
            pair,
            open_calls: AtomicU32::new(0),
            avoided: AtomicBool::new(false),
            avoid_until: Mutex::default(),
            epoch,
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

    /// Where its calls go: `IP:port`, `nats:<subject>` over NATS, or `memory:<n>` inside the process.
    pub fn address(&self) -> String {
        self.target.address()
    }

    /// Over which wire.
    pub fn wire(&self) -> Wire {
        self.target.wire()
    }

    pub(super) fn pair(&self) -> Option<&Arc<Pair>> {
        self.pair.as_ref()
    }

    /// Whether it can be called, as far as contracts go.
    pub fn standing(&self) -> Standing {
        self.pair.as_ref().map_or(Standing::Compatible, |pair| pair.standing())
    }

    /// What makes its contract incompatible, one sentence each; empty if it is not.
    pub fn breaks(&self) -> &[String] {
        self.pair.as_ref().map_or(&[], |pair| pair.breaks())
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
        let before = std::mem::replace(&mut *until, Instant::now().checked_add(time));
        self.avoided.store(until.is_some(), Ordering::Release);
        // If it was avoided, and is for longer now, what was chosen meanwhile holds.
        if before.is_none() || *until < before {
            self.epoch.next();
        }
    }

    /// `None`: it is not avoided.
    pub(super) fn avoided_until(&self) -> Option<Instant> {
        if !self.avoided.load(Ordering::Acquire) {
            return None;
        }
        let mut until = self.avoid_until.lock();
        *until = until.filter(|at| Instant::now() < *at);
        self.avoided.store(until.is_some(), Ordering::Release);
        *until
    }
}

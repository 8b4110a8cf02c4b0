use std::time::Instant;

use parking_lot::Mutex;

use crate::{
    discovery::{Condition, DiscoveryMetrics},
    etcd::Failure,
};

/// What has to work for us to be connected.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Lease,
    Watch,
    WatchOfChannels,
    WatchOfSources,
    WatchOfModels,
}

/// Whether etcd is reached. A change is logged, each further attempt is not.
#[derive(Debug)]
pub(super) struct Reachability {
    location: String,
    metrics: DiscoveryMetrics,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By [`Part`].
    down: [bool; 5],
    since: Option<Instant>,
}

impl Reachability {
    pub(super) fn new(location: String, metrics: DiscoveryMetrics) -> Self {
        Self {
            location,
            metrics,
            state: Mutex::default(),
        }
    }

    pub(super) fn condition(&self) -> Condition {
        if self.state.lock().since.is_some() {
            Condition::Degraded
        } else {
            Condition::Connected
        }
    }

    pub(super) fn failed(&self, part: Part, failure: &Failure) {
        let mut state = self.state.lock();
        state.down[part as usize] = true;
        if state.since.is_none() {
            state.since = Some(Instant::now());
            self.metrics.degraded.set(1);
            tracing::warn!(
                etcd = self.location,
                reason = failure.reason,
                "discovery is degraded: etcd is not reached and is tried again; known instances are kept, calls go on"
            );
        }
    }

    pub(super) fn works(&self, part: Part) {
        let mut state = self.state.lock();
        state.down[part as usize] = false;
        if state.down.contains(&true) {
            return;
        }
        if let Some(since) = state.since.take() {
            self.metrics.degraded.set(0);
            let seconds = since.elapsed().as_secs_f64();
            tracing::warn!(
                etcd = self.location,
                seconds,
                "discovery is connected again: etcd answers"
            );
        }
    }
}

use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use crate::{ErrorCode, connection::StreamObserver, system::EndpointMetrics};

use super::{InFlight, ServerCall};

/// What an endpoint does with a call.
pub trait Handler: Send + Sync + 'static {
    /// Takes a call. Runs with the connection locked: it must not block, nor use the call before it returns.
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver>;
}

/// One endpoint in the server's table.
pub struct Served {
    path: Arc<str>,
    /// Its calls on every connection carry this number.
    group: u64,
    handler: Arc<dyn Handler>,
    running: InFlight,
    /// Those of all endpoints of the process.
    process: Arc<InFlight>,
    metrics: Option<Arc<EndpointMetrics>>,
}

/// Keeps a call counted, for its endpoint and for the process, until its handler is done.
pub(super) struct Guard {
    served: Arc<Served>,
    began: Instant,
    error: OnceLock<ErrorCode>,
}

impl Guard {
    pub(super) fn metrics(&self) -> Option<&Arc<EndpointMetrics>> {
        self.served.metrics.as_ref()
    }

    /// The call ends with an error; the first one counts.
    pub(super) fn failed(&self, code: ErrorCode) {
        // A second error changes nothing.
        let _ = self.error.set(code);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(metrics) = self.metrics() {
            metrics.finished(self.began.elapsed(), self.error.get().copied());
        }
        self.served.running.end();
        self.served.process.end();
    }
}

impl Served {
    pub(super) fn new(
        path: &str,
        group: u64,
        handler: Arc<dyn Handler>,
        process: Arc<InFlight>,
        metrics: Option<Arc<EndpointMetrics>>,
    ) -> Self {
        Self {
            path: path.into(),
            group,
            handler,
            running: InFlight::default(),
            process,
            metrics,
        }
    }

    pub(super) fn path(&self) -> &Arc<str> {
        &self.path
    }

    pub(super) fn group(&self) -> u64 {
        self.group
    }

    pub(super) fn handler(&self) -> &Arc<dyn Handler> {
        &self.handler
    }

    /// Counts a call that arrived at `now`.
    pub(super) fn begin(self: Arc<Self>, now: Instant) -> Guard {
        if let Some(metrics) = &self.metrics {
            metrics.started(0);
        }
        self.running.begin();
        self.process.begin();
        Guard {
            served: self,
            began: now,
            error: OnceLock::new(),
        }
    }

    /// The calls of this endpoint.
    pub fn running(&self) -> &InFlight {
        &self.running
    }
}

use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;

use super::{Metrics, health_report::HealthReport};
use crate::{Result, config::HealthStatus, discovery::Discovery};

type Probe = Arc<dyn Fn() -> bool + Send + Sync>;

/// What the system server tells, and what the rest of the runtime tells it. Clones share it.
#[derive(Clone)]
pub struct SystemState(Arc<Inner>);

struct Inner {
    started: Instant,
    ready: AtomicBool,
    endpoints: Mutex<BTreeMap<String, HealthStatus>>,
    liveness: Mutex<Vec<Probe>>,
    metrics: Metrics,
    /// Asked for its condition.
    discovery: OnceLock<Arc<dyn Discovery>>,
}

impl SystemState {
    /// `worker_id` is the connection id of the runtime.
    pub fn new(worker_id: u64, starting: HealthStatus) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            started: Instant::now(),
            ready: AtomicBool::new(starting == HealthStatus::Ready),
            endpoints: Mutex::default(),
            liveness: Mutex::default(),
            metrics: Metrics::new(worker_id)?,
            discovery: OnceLock::new(),
        })))
    }

    /// Tells how this back end fares, and what it counts, from now on. The first one counts.
    pub fn watch_discovery(&self, discovery: Arc<dyn Discovery>) -> Result<()> {
        if let Some(metrics) = discovery.metrics() {
            metrics.register(self.0.metrics.registry())?;
        }
        // A second one would be a second runtime with the same state.
        let _ = self.0.discovery.set(discovery);
        Ok(())
    }

    /// What `/health` answers from now on. Nothing else changes it, as in the original.
    pub fn set_health(&self, ready: bool) {
        self.0.ready.store(ready, Ordering::Release);
    }

    /// Lists an endpoint in the answers. Replaces what was said of it before.
    pub fn set_endpoint(&self, path: &str, ready: bool) {
        self.0.endpoints.lock().insert(path.to_owned(), status(ready));
    }

    /// Takes an endpoint off the answers.
    pub fn remove_endpoint(&self, path: &str) {
        self.0.endpoints.lock().remove(path);
    }

    /// Makes `/live` answer 503 while `probe` says false. It must be quick and must not block.
    pub fn add_liveness(&self, probe: impl Fn() -> bool + Send + Sync + 'static) {
        self.0.liveness.lock().push(Arc::new(probe));
    }

    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(super) fn health(&self) -> HealthReport {
        self.report(self.0.ready.load(Ordering::Acquire))
    }

    /// Shallow: a process that can answer lives, unless a probe says otherwise.
    pub(super) fn liveness(&self) -> HealthReport {
        // Cloned, so that a probe may use this state.
        let probes = self.0.liveness.lock().clone();
        self.report(probes.iter().all(|probe| probe()))
    }

    fn report(&self, ready: bool) -> HealthReport {
        HealthReport {
            status: status(ready),
            uptime: self.0.started.elapsed(),
            endpoints: self.0.endpoints.lock().clone(),
            discovery: self.0.discovery.get().map(|discovery| discovery.condition()),
        }
    }
}

fn status(ready: bool) -> HealthStatus {
    if ready {
        HealthStatus::Ready
    } else {
        HealthStatus::Notready
    }
}

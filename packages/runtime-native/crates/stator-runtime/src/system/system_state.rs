use std::{
    collections::BTreeMap,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::time::timeout;

use super::{Application, Check, Metrics, ServicesHealth, health_report::HealthReport};
use crate::{Result, config::HealthStatus, discovery::Discovery};

type Probe = Arc<dyn Fn() -> bool + Send + Sync>;

/// How long a scraper waits for what the application counts, before it gets what it counted at the last scrape.
const METRICS_PATIENCE: Duration = Duration::from_millis(500);

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
    application: Mutex<Option<Arc<dyn Application>>>,
    /// What the application answered the last time.
    application_metrics: Mutex<String>,
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
            application: Mutex::default(),
            application_metrics: Mutex::default(),
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

    /// Asks this application from now on, in place of the one before.
    pub fn watch_application(&self, application: Arc<dyn Application>) {
        *self.0.application.lock() = Some(application);
    }

    /// The process as it was told, and each of its services.
    pub(super) async fn health(&self) -> HealthReport {
        let ready = self.0.ready.load(Ordering::Acquire);
        self.report(ready, self.ask(Check::Readiness).await)
    }

    /// The process as it was told, and one of its services; `None` if the application does not know it.
    pub(super) async fn health_of(&self, service: &str) -> Option<HealthReport> {
        let answer = match self.ask(Check::Readiness).await {
            Ok(mut services) => Ok(ServicesHealth::from([services.remove_entry(service)?])),
            Err(message) => Err(message),
        };
        Some(self.report(self.0.ready.load(Ordering::Acquire), answer))
    }

    /// A process that can answer lives, unless a probe, or a service, says otherwise.
    pub(super) async fn liveness(&self) -> HealthReport {
        // Cloned, so that a probe may use this state.
        let probes = self.0.liveness.lock().clone();
        let alive = probes.iter().all(|probe| probe());
        self.report(alive, self.ask(Check::Liveness).await)
    }

    /// Ours, and what the application counts itself.
    pub(super) async fn render_metrics(&self) -> Result<String> {
        let application = self.0.application.lock().clone();
        if let Some(application) = application
            && let Ok(Some(text)) = timeout(METRICS_PATIENCE, application.metrics()).await
        {
            *self.0.application_metrics.lock() = text;
        }
        let mut text = self.0.metrics.render()?;
        text.push_str(&self.0.application_metrics.lock());
        Ok(text)
    }

    /// What the application says of its services; else why it says nothing.
    async fn ask(&self, check: Check) -> std::result::Result<ServicesHealth, String> {
        let application = self.0.application.lock().clone();
        let Some((application, patience)) = application.and_then(|it| it.patience().map(|patience| (it, patience)))
        else {
            return Ok(ServicesHealth::new());
        };
        match timeout(patience, application.health(check)).await {
            Ok(Some(services)) => Ok(services),
            Ok(None) => Err("the application has stopped".to_owned()),
            Err(_) => Err(format!(
                "the application did not answer within {} ms: its event loop is blocked, or busy",
                patience.as_millis()
            )),
        }
    }

    fn report(&self, ready: bool, answer: std::result::Result<ServicesHealth, String>) -> HealthReport {
        let (services, message) = match answer {
            Ok(services) => (services, None),
            Err(message) => (ServicesHealth::new(), Some(message)),
        };
        let well = message.is_none() && services.values().all(|each| each.status == HealthStatus::Ready);
        HealthReport {
            status: status(ready && well),
            uptime: self.0.started.elapsed(),
            endpoints: self.0.endpoints.lock().clone(),
            discovery: self.0.discovery.get().map(|discovery| discovery.condition()),
            services,
            message,
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

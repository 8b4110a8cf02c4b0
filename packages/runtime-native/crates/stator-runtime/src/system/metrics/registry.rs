use std::{collections::BTreeMap, sync::Arc, time::Instant};

use parking_lot::Mutex;
use prometheus::{Gauge, IntCounterVec, Opts, Registry, TextEncoder, proto::LabelPair};

use super::{
    EndpointMetrics,
    families::{Families, options, registered},
    memory::Memory,
};
use crate::{Error, ErrorCode, Result};

/// Everything that one runtime counts.
pub struct Metrics {
    registry: Registry,
    families: Families,
    uptime: Gauge,
    loop_lag: Gauge,
    memory: Memory,
    judgements: IntCounterVec,
    /// In hex.
    worker_id: Mutex<String>,
    started: Instant,
    /// One handle an endpoint, however often it is served.
    endpoints: Mutex<BTreeMap<[String; 3], Arc<EndpointMetrics>>>,
}

impl Metrics {
    /// `worker_id` is the instance id; it stands in every row, in hex.
    pub fn new(worker_id: u64) -> Result<Self> {
        Self::build(format!("{worker_id:x}"))
            .map_err(|error| Error::new(ErrorCode::Internal, format!("the metrics cannot be set up: {error}")))
    }

    fn build(worker_id: String) -> prometheus::Result<Self> {
        let registry = Registry::new();
        let uptime = options("uptime_seconds", "Time since the runtime was created.");
        let lag = Opts::new(
            "stator_event_loop_lag_seconds",
            "How late the application's event loop ran its last timer.",
        );
        let judgements = Opts::new(
            "stator_contract_judgements_total",
            "Contracts of instances that were compared with those of this process's clients, by the outcome.",
        );
        Ok(Self {
            families: Families::register(&registry)?,
            judgements: registered(&registry, IntCounterVec::new(judgements, &["outcome"])?)?,
            uptime: registered(&registry, Gauge::with_opts(uptime)?)?,
            loop_lag: registered(&registry, Gauge::with_opts(lag)?)?,
            memory: Memory::register(&registry)?,
            registry,
            worker_id: Mutex::new(worker_id),
            started: Instant::now(),
            endpoints: Mutex::default(),
        })
    }

    /// The counters of one endpoint; the same ones when asked again.
    pub fn endpoint(&self, namespace: &str, component: &str, endpoint: &str) -> Arc<EndpointMetrics> {
        let place = [namespace, component, endpoint].map(str::to_owned);
        let mut endpoints = self.endpoints.lock();
        let row = endpoints
            .entry(place)
            .or_insert_with_key(|[namespace, component, endpoint]| {
                let labels = [namespace, component, endpoint].map(String::clone);
                Arc::new(EndpointMetrics::new(&self.families, labels))
            });
        Arc::clone(row)
    }

    /// Rows carry this id from now on; what was counted before counts on.
    pub fn set_worker_id(&self, worker_id: u64) {
        *self.worker_id.lock() = format!("{worker_id:x}");
    }

    /// Where further metrics may be registered. Their rows get the worker's id too.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// A contract was compared; `outcome` is `compatible`, `incompatible` or, without a verdict, `unknown`.
    pub fn contract_judged(&self, outcome: &str) {
        self.judgements.with_label_values(&[outcome]).inc();
    }

    /// How late the application's event loop ran its last timer. What is no number is ignored.
    pub fn set_loop_lag_ms(&self, milliseconds: f64) {
        if milliseconds.is_finite() {
            self.loop_lag.set(milliseconds / 1000.0);
        }
    }

    /// The text that a Prometheus server reads.
    pub fn render(&self) -> Result<String> {
        self.uptime.set(self.started.elapsed().as_secs_f64());
        self.memory.refresh();
        let mut families = self.registry.gather();
        let mut label = LabelPair::default();
        label.set_name("worker_id".to_owned());
        label.set_value(self.worker_id.lock().clone());
        for row in families.iter_mut().flat_map(|family| family.mut_metric().iter_mut()) {
            let mut labels = row.take_label();
            labels.push(label.clone());
            row.set_label(labels);
        }
        TextEncoder::new()
            .encode_to_string(&families)
            .map_err(|error| Error::new(ErrorCode::Internal, format!("the metrics cannot be written: {error}")))
    }
}

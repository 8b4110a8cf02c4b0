use std::sync::Arc;

use parking_lot::Mutex;
use prometheus::{IntCounterVec, Opts, Registry};

use crate::{Error, Result, collectors::register_all, warnings::Warnings};

use super::Reason;

/// Counts and logs who was turned away. Clones share the counters.
#[derive(Debug, Clone)]
pub struct Refusals {
    /// Absent only if the name would not do, which it does.
    counters: Option<IntCounterVec>,
    warnings: Arc<Mutex<Warnings>>,
}

impl Default for Refusals {
    fn default() -> Self {
        let about = "Connections and calls that were refused, or failed, for reasons of security.";
        Self {
            counters: IntCounterVec::new(Opts::new("stator_security_refusals_total", about), &["reason"]).ok(),
            warnings: Arc::default(),
        }
    }
}

impl Refusals {
    /// Counts an error that has one of the reasons; a bounded number is logged.
    pub fn note(&self, error: &Error) {
        let Some(reason) = Reason::of(error) else { return };
        if let Some(counters) = &self.counters {
            counters.with_label_values(&[reason.as_str()]).inc();
        }
        self.warnings.lock().warn("a peer was refused", &error.message);
    }

    /// How often that was noted.
    pub fn count(&self, reason: Reason) -> u64 {
        self.counters
            .as_ref()
            .map_or(0, |counters| counters.with_label_values(&[reason.as_str()]).get())
    }

    /// Makes the counters part of what is scraped.
    pub fn register(&self, registry: &Registry) -> Result<()> {
        match &self.counters {
            Some(counters) => register_all("security", registry, [Box::new(counters.clone())]),
            None => Ok(()),
        }
    }
}

use prometheus::{IntCounterVec, Opts, Registry};

use super::DeadReason;
use crate::{
    Result,
    collectors::{cannot_be_set_up, register_all},
};

/// For messages.
const PART: &str = "queues";

/// What the queues of one runtime count.
#[derive(Debug, Clone)]
pub struct QueueMetrics {
    settled: IntCounterVec,
    dead: IntCounterVec,
}

impl QueueMetrics {
    pub fn new() -> Result<Self> {
        Self::build().map_err(|error| cannot_be_set_up(PART, &error))
    }

    fn build() -> prometheus::Result<Self> {
        Ok(Self {
            settled: IntCounterVec::new(
                Opts::new(
                    "stator_queue_jobs_total",
                    "Jobs that this process put into a queue, took out of it, finished (acked) or gave back (nacked).",
                ),
                &["queue", "what"],
            )?,
            dead: IntCounterVec::new(
                Opts::new(
                    "stator_queue_dead_total",
                    "Jobs that this process gave up, by the reason: as dead letters, or dropped where there are none.",
                ),
                &["queue", "reason"],
            )?,
        })
    }

    pub(super) fn count(&self, queue: &str, what: &str) {
        self.settled.with_label_values(&[queue, what]).inc();
    }

    pub(super) fn buried(&self, queue: &str, reason: DeadReason) {
        self.dead.with_label_values(&[queue, reason.as_str()]).inc();
    }

    /// Jobs of a queue that this process gave up for that reason.
    pub fn dead(&self, queue: &str, reason: DeadReason) -> u64 {
        self.dead.with_label_values(&[queue, reason.as_str()]).get()
    }

    /// Makes the numbers part of what is scraped.
    pub(crate) fn register(&self, registry: &Registry) -> Result<()> {
        register_all(
            PART,
            registry,
            [Box::new(self.settled.clone()), Box::new(self.dead.clone())],
        )
    }
}

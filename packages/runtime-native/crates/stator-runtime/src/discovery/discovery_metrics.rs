use prometheus::{IntCounter, IntGauge, Registry};

use crate::{
    Result,
    collectors::{cannot_be_set_up, register_all},
};

/// For messages.
const PART: &str = "discovery";

/// What a back end counts.
#[derive(Debug, Clone)]
pub struct DiscoveryMetrics {
    pub(super) degraded: IntGauge,
    pub(super) lost_ids: IntCounter,
    pub(super) resyncs: IntCounter,
    pub(super) skipped: IntCounter,
}

impl DiscoveryMetrics {
    pub(super) fn new() -> Result<Self> {
        Self::build().map_err(|error| cannot_be_set_up(PART, &error))
    }

    fn build() -> prometheus::Result<Self> {
        Ok(Self {
            degraded: IntGauge::new(
                "stator_discovery_degraded",
                "1 while the discovery back end is not reached.",
            )?,
            lost_ids: IntCounter::new(
                "stator_discovery_lost_ids_total",
                "How often this process lost its instance id and took another.",
            )?,
            resyncs: IntCounter::new(
                "stator_discovery_resyncs_total",
                "How often every record was read, the first time included.",
            )?,
            skipped: IntCounter::new(
                "stator_discovery_skipped_records_total",
                "Records that were no instances.",
            )?,
        })
    }

    /// Records that were no instances, each counted once.
    pub fn skipped_records(&self) -> u64 {
        self.skipped.get()
    }

    /// How often every record was read, the first time included.
    pub fn resyncs(&self) -> u64 {
        self.resyncs.get()
    }

    /// Makes the numbers part of what is scraped.
    pub(crate) fn register(&self, registry: &Registry) -> Result<()> {
        register_all(
            PART,
            registry,
            [
                Box::new(self.degraded.clone()),
                Box::new(self.lost_ids.clone()),
                Box::new(self.resyncs.clone()),
                Box::new(self.skipped.clone()),
            ],
        )
    }
}

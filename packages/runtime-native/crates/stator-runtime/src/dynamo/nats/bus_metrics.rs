use prometheus::{IntCounter, IntGauge, Registry};

use crate::{
    Result,
    collectors::{cannot_be_set_up, register_all},
};

/// For messages.
const PART: &str = "NATS";

/// What is counted of the connection that calls go over.
#[derive(Debug, Clone)]
pub struct BusMetrics {
    pub(super) connected: IntGauge,
    pub(super) lost: IntCounter,
    pub(super) refused: IntCounter,
    pub(super) dropped: IntCounter,
}

impl BusMetrics {
    pub(super) fn new() -> Result<Self> {
        Self::build().map_err(|error| cannot_be_set_up(PART, &error))
    }

    fn build() -> prometheus::Result<Self> {
        Ok(Self {
            connected: IntGauge::new("stator_nats_connected", "1 while NATS is connected for calls.")?,
            lost: IntCounter::new(
                "stator_nats_lost_connections_total",
                "How often the connection to NATS for calls was lost.",
            )?,
            refused: IntCounter::new(
                "stator_nats_refusals_total",
                "What the NATS server did not allow this process.",
            )?,
            dropped: IntCounter::new(
                "stator_nats_dropped_messages_total",
                "Messages that this process did not take fast enough.",
            )?,
        })
    }

    /// Makes the numbers part of what is scraped.
    pub(crate) fn register(&self, registry: &Registry) -> Result<()> {
        register_all(
            PART,
            registry,
            [
                Box::new(self.connected.clone()),
                Box::new(self.lost.clone()),
                Box::new(self.refused.clone()),
                Box::new(self.dropped.clone()),
            ],
        )
    }
}

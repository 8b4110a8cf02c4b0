use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

use crate::{
    Result,
    collectors::{cannot_be_set_up, register_all},
};

/// For messages.
const PART: &str = "events";

/// What the event plane of one runtime counts.
#[derive(Debug, Clone)]
pub struct EventMetrics {
    pub(super) published: IntCounter,
    pub(super) received: IntCounter,
    pub(super) skipped: IntCounter,
    pub(super) missed: IntCounter,
    pub(super) dropped_by_publisher: IntCounter,
    pub(super) dropped_by_subscriber: IntCounter,
    dropped: IntCounterVec,
}

impl EventMetrics {
    pub fn new() -> Result<Self> {
        Self::build().map_err(|error| cannot_be_set_up(PART, &error))
    }

    fn build() -> prometheus::Result<Self> {
        let dropped = IntCounterVec::new(
            Opts::new(
                "stator_events_dropped_total",
                "Events for which a queue had no room: by a publisher, for each subscriber that was too slow or for \
                 all; or by a subscriber of this process that was too slow.",
            ),
            &["by"],
        )?;
        Ok(Self {
            published: IntCounter::new("stator_events_published_total", "Events that this process published.")?,
            received: IntCounter::new("stator_events_received_total", "Events that reached a subscription.")?,
            skipped: IntCounter::new(
                "stator_events_skipped_total",
                "Messages and records that were none of the event plane's, or could not be read.",
            )?,
            missed: IntCounter::new(
                "stator_events_missed_total",
                "Events that were lost on the way, by the gaps in the counts of their publishers.",
            )?,
            dropped_by_publisher: dropped.with_label_values(&["publisher"]),
            dropped_by_subscriber: dropped.with_label_values(&["subscriber"]),
            dropped,
        })
    }

    /// Events that this process published.
    pub fn published(&self) -> u64 {
        self.published.get()
    }

    /// Events that reached a subscription.
    pub fn received(&self) -> u64 {
        self.received.get()
    }

    /// Messages that were no events, and records that were no channels.
    pub fn skipped(&self) -> u64 {
        self.skipped.get()
    }

    /// Events that were lost on the way to a subscription.
    pub fn missed(&self) -> u64 {
        self.missed.get()
    }

    /// Events for which a publisher of this process had no room.
    pub fn dropped_by_publisher(&self) -> u64 {
        self.dropped_by_publisher.get()
    }

    /// Events for which a subscription of this process had no room.
    pub fn dropped_by_subscriber(&self) -> u64 {
        self.dropped_by_subscriber.get()
    }

    /// Makes the numbers part of what is scraped.
    pub(crate) fn register(&self, registry: &Registry) -> Result<()> {
        register_all(
            PART,
            registry,
            [
                Box::new(self.published.clone()),
                Box::new(self.received.clone()),
                Box::new(self.skipped.clone()),
                Box::new(self.missed.clone()),
                Box::new(self.dropped.clone()),
            ],
        )
    }
}

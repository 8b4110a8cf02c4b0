use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::{Event, EventMetrics, EventScope, bounded_queue::BoundedQueue, envelope};
use crate::{Error, warnings::Warnings};

/// So many publishers' counts are remembered, to see gaps.
const MAX_PUBLISHERS: usize = 4096;

/// Where a back end puts what it receives for one subscription. Never blocks, and never fails: what is no event is
/// counted and skipped, and what does not fit is counted and dropped.
#[derive(Debug)]
pub struct Inlet {
    scope: EventScope,
    topic: String,
    metrics: EventMetrics,
    pub(super) queue: BoundedQueue<Event>,
    dropped: AtomicU64,
    end: Mutex<Option<Error>>,
    arrivals: Mutex<Arrivals>,
}

#[derive(Debug, Default)]
struct Arrivals {
    /// The last sequence of each publisher.
    last: FxHashMap<u64, u64>,
    warnings: Warnings,
}

impl Inlet {
    pub(super) fn new(
        scope: EventScope,
        topic: String,
        metrics: EventMetrics,
        queue: BoundedQueue<Event>,
    ) -> Arc<Self> {
        Arc::new(Self {
            scope,
            topic,
            metrics,
            queue,
            dropped: AtomicU64::new(0),
            end: Mutex::default(),
            arrivals: Mutex::default(),
        })
    }

    pub fn scope(&self) -> &EventScope {
        &self.scope
    }

    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// A message came that should be an envelope.
    pub fn take(&self, message: &Bytes) {
        let event = match envelope::decode(message, &self.topic) {
            Ok(event) => event,
            Err(reason) => return self.skip(&reason.to_string()),
        };
        self.metrics.received.inc();
        self.note_gap(&event);
        let size = event.payload.len();
        if !self.queue.push(event, size) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            self.metrics.dropped_by_subscriber.inc();
        }
    }

    /// Something came that is no event of ours.
    pub fn skip(&self, reason: &str) {
        self.metrics.skipped.inc();
        let subject = format!("{} {}", self.scope, self.topic);
        self.arrivals
            .lock()
            .warnings
            .warn(&subject, &format!("a message was skipped: {reason}"));
    }

    /// Nothing more will come; `error` says why, unless it was wanted.
    pub fn end(&self, error: Option<Error>) {
        if let Some(error) = error {
            self.end.lock().get_or_insert(error);
        }
        self.queue.close();
    }

    /// Why nothing more comes. Told once.
    pub(super) fn take_end(&self) -> Option<Error> {
        self.end.lock().take()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Counts what did not come between this event and the one before it.
    fn note_gap(&self, event: &Event) {
        let last = &mut self.arrivals.lock().last;
        if last.len() >= MAX_PUBLISHERS && !last.contains_key(&event.publisher_id) {
            last.clear();
        }
        let before = last.insert(event.publisher_id, event.sequence);
        // A count that goes back is one that was started anew.
        let gap = before.map_or(0, |before| event.sequence.saturating_sub(before).saturating_sub(1));
        self.metrics.missed.inc_by(gap);
    }
}

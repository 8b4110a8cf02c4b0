use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use parking_lot::Mutex;

use super::{
    Event, EventScope, EventSource, Outlet, envelope,
    event_hub::{Place, unwritable},
};
use crate::{Error, ErrorCode, Result, discovery::Bucket, dynamo::value::check};

/// Publishes events of one topic in one scope. When the last clone is dropped, subscribers do not find it any more.
#[derive(Clone)]
pub struct EventPublisher(Arc<Inner>);

struct Inner {
    scope: EventScope,
    topic: String,
    id: u64,
    outlet: Arc<dyn Outlet>,
    place: Place,
    max_bytes: usize,
    /// The next one. Held while an event is handed on, so that they leave in order.
    sequence: Mutex<u64>,
    described: Mutex<Option<serde_json::Value>>,
}

impl EventPublisher {
    pub(super) fn new(
        scope: EventScope,
        topic: String,
        id: u64,
        outlet: Arc<dyn Outlet>,
        place: Place,
        max_bytes: usize,
    ) -> Self {
        Self(Arc::new(Inner {
            scope,
            topic,
            id,
            outlet,
            place,
            max_bytes,
            sequence: Mutex::new(0),
            described: Mutex::default(),
        }))
    }

    pub fn id(&self) -> u64 {
        self.0.id
    }

    pub fn scope(&self) -> &EventScope {
        &self.0.scope
    }

    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// Hands on one event, whose payload is one whole msgpack value, and returns at once: subscribers are not waited for.
    ///
    /// Fails with `invalid_argument` for what is no msgpack value, `payload_too_large`, `overloaded` when this process
    /// publishes faster than the back end takes, and `shutting_down`.
    pub fn publish(&self, payload: impl Into<Bytes>) -> Result<()> {
        let payload = payload.into();
        let Inner { scope, topic, .. } = &*self.0;
        check(&payload).map_err(|malformed| {
            Error::new(
                ErrorCode::InvalidArgument,
                format!("the event {topic} of {scope} cannot be published: {malformed}"),
            )
        })?;
        let mut sequence = self.0.sequence.lock();
        let event = Event {
            publisher_id: self.0.id,
            sequence: *sequence,
            published_at: now(),
            payload,
        };
        let envelope = envelope::encode(&event, topic);
        let limit = self.0.max_bytes.min(self.0.outlet.max_bytes());
        if envelope.len() > limit {
            return Err(Error::new(
                ErrorCode::PayloadTooLarge,
                format!(
                    "the event {topic} of {scope} has {} bytes with its envelope, and {limit} is the limit of {}",
                    envelope.len(),
                    self.0.outlet.limited_by(),
                ),
            ));
        }
        let handed_on = self.0.outlet.send(event.sequence, envelope);
        // One that was dropped leaves a gap, by which subscribers see that it is missing.
        *sequence += 1;
        match &handed_on {
            Ok(()) => self.0.place.hub.metrics().published.inc(),
            Err(error) if error.code == ErrorCode::Overloaded => {
                self.0.place.hub.metrics().dropped_by_publisher.inc();
            }
            Err(_) => {}
        }
        handed_on
    }

    /// Says more of this publisher in discovery, in a form that its subscribers know: a record in `v1/event_sources`.
    /// Once; another description is refused with `invalid_argument`.
    pub async fn describe(&self, metadata: serde_json::Value) -> Result<()> {
        let source = EventSource {
            scope: self.0.scope.clone(),
            topic: self.0.topic.clone(),
            publisher_id: self.0.id,
            metadata,
        };
        {
            let mut described = self.0.described.lock();
            if described.as_ref().is_some_and(|before| *before != source.metadata) {
                return Err(Error::new(
                    ErrorCode::InvalidArgument,
                    format!(
                        "the publisher of {} in {} has described itself otherwise already",
                        self.0.topic, self.0.scope
                    ),
                ));
            }
            *described = Some(source.metadata.clone());
        }
        let value = source.to_json().map_err(|error| unwritable(&error))?;
        self.0.place.hub.record(Bucket::EventSources, source.key(), value).await
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

use super::{
    EventChannel, EventMetrics, EventPlane, EventPublisher, EventScope, EventSource, EventSubscription, Inlet, Opened,
    Opening, SubscribeOptions, bounded_queue::BoundedQueue, closed_plane, validate_topic,
};
use crate::{
    Error, ErrorCode, Result,
    discovery::{Bucket, Discovery, KeptRecords, connection_id},
};

/// Publisher ids have 53 bits, so that a JavaScript number holds them.
const ID_BITS: u64 = (1 << 53) - 1;

/// Each publisher may have a socket and a record of its own.
const MAX_PUBLISHERS: usize = 1024;

/// What one runtime publishes and subscribes to.
pub struct EventHub {
    plane: Arc<dyn EventPlane>,
    discovery: Arc<dyn Discovery>,
    records: Arc<KeptRecords>,
    metrics: EventMetrics,
    max_bytes: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    closed: bool,
    publishers: usize,
    inlets: Vec<Weak<Inlet>>,
}

impl EventHub {
    /// `max_bytes` is the longest envelope. Call it inside a Tokio runtime.
    pub fn new(
        plane: Arc<dyn EventPlane>,
        discovery: Arc<dyn Discovery>,
        metrics: EventMetrics,
        max_bytes: usize,
    ) -> Arc<Self> {
        Arc::new(Self {
            plane,
            records: KeptRecords::new(Arc::clone(&discovery), "publishers of events", closed_plane),
            discovery,
            metrics,
            max_bytes,
            state: Mutex::default(),
        })
    }

    pub fn metrics(&self) -> &EventMetrics {
        &self.metrics
    }

    /// The name of the back end.
    pub fn backend(&self) -> &'static str {
        self.plane.name()
    }

    /// Makes a publisher, and lets subscribers find it.
    ///
    /// Fails with `invalid_argument` for a topic that is none, `overloaded` when there are 1024 publishers, `discovery`,
    /// `address_in_use` and `shutting_down`.
    pub async fn publisher(self: &Arc<Self>, scope: EventScope, topic: &str) -> Result<EventPublisher> {
        validate_topic(topic)?;
        let mut place = Place::take(self)?;
        let id = (connection_id()? & ID_BITS).max(1);
        let opening = Opening {
            scope: &scope,
            topic,
            publisher_id: id,
        };
        let Opened { outlet, transport } = self.plane.open(opening).await?;
        if let Some(transport) = transport {
            let channel = EventChannel {
                scope: scope.clone(),
                topic: topic.to_owned(),
                instance_id: id,
                transport,
            };
            let value = channel.to_json().map_err(|error| unwritable(&error))?;
            self.record(Bucket::EventChannels, channel.key(), value).await?;
            place.key = Some(channel.key());
        }
        Ok(EventPublisher::new(
            scope,
            topic.to_owned(),
            id,
            outlet,
            place,
            self.max_bytes,
        ))
    }

    /// Subscribes to a topic: what is published from now on arrives, as far as the back end can know.
    pub async fn subscribe(
        &self,
        scope: EventScope,
        topic: &str,
        options: SubscribeOptions,
    ) -> Result<EventSubscription> {
        validate_topic(topic)?;
        let queue = BoundedQueue::new(options.bounds);
        let inlet = Inlet::new(scope, topic.to_owned(), self.metrics.clone(), queue);
        {
            let mut state = self.state.lock();
            if state.closed {
                return Err(closed_plane());
            }
            state.inlets.retain(|inlet| inlet.strong_count() > 0);
            state.inlets.push(Arc::downgrade(&inlet));
        }
        let listening = self.plane.listen(Arc::clone(&inlet)).await?;
        Ok(EventSubscription::new(inlet, listening))
    }

    /// What publishers of a topic say of themselves, by their ids. Records that cannot be read are counted and left out.
    pub async fn sources(&self, scope: &EventScope, topic: &str) -> Result<BTreeMap<u64, EventSource>> {
        validate_topic(topic)?;
        let entries = self.discovery.watch_entries(Bucket::EventSources).await?;
        let entries = Arc::clone(&entries.borrow());
        let prefix = scope.key_prefix(topic);
        let of_topic = entries.iter().filter(|(key, _)| key.starts_with(&prefix));
        let mut sources = BTreeMap::new();
        for (key, value) in of_topic {
            match EventSource::read(key, value) {
                Ok(source) => drop(sources.insert(source.publisher_id, source)),
                Err(_) => self.metrics.skipped.inc(),
            }
        }
        Ok(sources)
    }

    /// Ends every subscription, withdraws every record, and lets what was published leave.
    pub async fn close(&self) {
        let inlets = {
            let mut state = self.state.lock();
            state.closed = true;
            std::mem::take(&mut state.inlets)
        };
        for inlet in inlets.iter().filter_map(Weak::upgrade) {
            inlet.end(None);
        }
        self.records.close().await;
        self.plane.close().await;
    }

    /// Puts a record into discovery, and keeps it there.
    pub(super) async fn record(&self, bucket: Bucket, key: String, value: Vec<u8>) -> Result<()> {
        let record = (key.clone(), value);
        self.records
            .put(bucket, &key, Arc::new(move |_| Ok(record.clone())))
            .await
    }

    /// Takes the records of a publisher away.
    async fn withdraw(&self, key: String) {
        for bucket in [Bucket::EventChannels, Bucket::EventSources] {
            self.records.withdraw(bucket, &key).await;
        }
    }
}

/// A publisher's place in the hub. Dropping it withdraws the publisher's records.
pub(super) struct Place {
    pub(super) hub: Arc<EventHub>,
    /// The key of its records.
    pub(super) key: Option<String>,
}

impl Place {
    fn take(hub: &Arc<EventHub>) -> Result<Self> {
        let mut state = hub.state.lock();
        if state.closed {
            return Err(closed_plane());
        }
        if state.publishers >= MAX_PUBLISHERS {
            return Err(Error::new(
                ErrorCode::Overloaded,
                format!(
                    "this runtime has {MAX_PUBLISHERS} publishers of events, each for one topic of one scope, and may not \
                     have more; use fewer topics"
                ),
            ));
        }
        state.publishers += 1;
        Ok(Self {
            hub: Arc::clone(hub),
            key: None,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.state.lock().publishers -= 1;
        let Some(key) = self.key.take() else { return };
        // Outside of Tokio the record goes with the connection to discovery.
        if let Ok(tokio) = tokio::runtime::Handle::try_current() {
            let hub = Arc::clone(&self.hub);
            tokio.spawn(async move { hub.withdraw(key).await });
        }
    }
}

pub(super) fn unwritable(error: &serde_json::Error) -> Error {
    Error::new(
        ErrorCode::Internal,
        format!("the record of a publisher cannot be written: {error}"),
    )
}

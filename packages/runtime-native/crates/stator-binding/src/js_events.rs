use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_runtime::{
    DistributedRuntime, Error, ErrorCode, Result,
    events::{
        Bounds, DEFAULT_BOUNDS, Event, EventPublisher, EventScope, EventSubscription, SubscribeOptions, to_msgpack,
    },
    payload::Lane,
};
use tokio::sync::Notify;

use crate::{event, inbox::Inbox, js_sink::error_text};

/// What may be on its way to the reader of one subscription, in bytes. The rest waits in the core, where it is bounded.
const WINDOW: i64 = 256 * 1024;

/// What an event costs besides its payload.
const OVERHEAD: usize = 128;

/// Publishers and subscriptions of JavaScript by the numbers that it gave them.
pub struct JsEvents {
    inbox: Arc<Inbox>,
    publishers: Mutex<FxHashMap<u32, EventPublisher>>,
    subscriptions: Mutex<FxHashMap<u32, Arc<Reading>>>,
}

/// One subscription on its way to JavaScript.
struct Reading {
    subscription: EventSubscription,
    /// Bytes that may still be handed over.
    credit: AtomicI64,
    /// JavaScript has given it up.
    closed: AtomicBool,
    more: Notify,
}

impl JsEvents {
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            publishers: Mutex::default(),
            subscriptions: Mutex::default(),
        }
    }

    pub async fn open(&self, runtime: &DistributedRuntime, number: u32, scope: &str, topic: &str) -> Result<()> {
        let publisher = runtime.publisher(EventScope::parse(scope)?, topic).await?;
        self.publishers.lock().insert(number, publisher);
        Ok(())
    }

    /// Never blocks.
    pub fn publish(&self, number: u32, lane: Lane, data: &[u8]) -> Result<()> {
        let publisher = self.publishers.lock().get(&number).cloned();
        let publisher =
            publisher.ok_or_else(|| Error::new(ErrorCode::ShuttingDown, "this publisher of events was closed"))?;
        publisher.publish(to_msgpack(lane, data)?)
    }

    /// Events arrive as records from now on.
    pub async fn subscribe(
        &self,
        runtime: &DistributedRuntime,
        number: u32,
        scope: &str,
        topic: &str,
        capacity: Option<u32>,
    ) -> Result<()> {
        let options = capacity.map(|capacity| SubscribeOptions {
            bounds: Bounds {
                count: capacity as usize,
                ..DEFAULT_BOUNDS
            },
        });
        let subscription = runtime.subscribe(EventScope::parse(scope)?, topic, options).await?;
        let reading = Arc::new(Reading {
            subscription,
            credit: AtomicI64::new(WINDOW),
            closed: AtomicBool::new(false),
            more: Notify::new(),
        });
        self.subscriptions.lock().insert(number, Arc::clone(&reading));
        tokio::spawn(forward(reading, Arc::clone(&self.inbox), number));
        Ok(())
    }

    /// JavaScript's reader has taken events of that cost.
    pub fn taken(&self, number: u32, cost: u32) {
        let reading = self.subscriptions.lock().get(&number).cloned();
        if let Some(reading) = reading {
            reading.credit.fetch_add(i64::from(cost), Ordering::AcqRel);
            reading.more.notify_one();
        }
    }

    pub fn unsubscribe(&self, number: u32) {
        let reading = self.subscriptions.lock().remove(&number);
        if let Some(reading) = reading {
            reading.subscription.close();
            // Nobody reads what is left.
            reading.closed.store(true, Ordering::Release);
            reading.more.notify_one();
        }
    }
}

/// Hands events over, as many as JavaScript takes.
async fn forward(reading: Arc<Reading>, inbox: Arc<Inbox>, number: u32) {
    let end = loop {
        while reading.credit.load(Ordering::Acquire) <= 0 && !reading.closed.load(Ordering::Acquire) {
            reading.more.notified().await;
        }
        if reading.closed.load(Ordering::Acquire) {
            return;
        }
        match reading.subscription.next().await {
            Some(Ok(event)) => hand_over(&reading, &inbox, number, &event),
            Some(Err(error)) => break error_text(&error),
            None => break String::new(),
        }
    };
    inbox.push_text([event::EVENTS_END, number, 0, 0, 0, 0, 0, 0], &end);
    inbox.ring();
}

fn hand_over(reading: &Reading, inbox: &Inbox, number: u32, event: &Event) {
    let (lane, data) = match event.message() {
        Ok(message) => message,
        Err(malformed) => return reading.subscription.skip(&malformed.to_string()),
    };
    let cost = u32::try_from(data.len() + OVERHEAD).unwrap_or(u32::MAX);
    let dropped = u32::try_from(reading.subscription.dropped()).unwrap_or(u32::MAX);
    let (sequence, time, publisher) = (event.sequence, event.published_at, event.publisher_id);
    let head = [
        event::EVENT_HEAD,
        number,
        0,
        sequence as u32,
        (sequence >> 32) as u32,
        time as u32,
        (time >> 32) as u32,
        0,
    ];
    let record = [
        event::EVENT,
        number,
        0,
        cost,
        publisher as u32,
        (publisher >> 32) as u32,
        dropped,
        0,
    ];
    if inbox.push_before_payload(head, record, lane, &data) {
        reading.credit.fetch_sub(i64::from(cost), Ordering::AcqRel);
        inbox.ring();
    } else {
        reading.subscription.skip("it cannot be read");
    }
}

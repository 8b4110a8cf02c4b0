use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_runtime::{
    Error, ErrorCode,
    connection::{End, StreamObserver},
    payload::Lane,
    server::{Handler, ServerCall},
    system::EndpointMetrics,
    wire::{frame::Cancel, open::Metadata},
};

use crate::{
    event::{self, CancelReason},
    inbox::Inbox,
};

/// Calls that JavaScript is working on, by a number that this side gives.
pub struct ServedCalls {
    inbox: Arc<Inbox>,
    calls: Mutex<FxHashMap<u32, ServerCall>>,
    next: AtomicU32,
}

impl ServedCalls {
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            calls: Mutex::default(),
            next: AtomicU32::new(1),
        }
    }

    pub fn get(&self, id: u32) -> Option<ServerCall> {
        self.calls.lock().get(&id).cloned()
    }

    /// The handler is done with the call.
    pub fn finish(&self, id: u32) -> Option<ServerCall> {
        self.calls.lock().remove(&id)
    }

    /// JavaScript's part of the call is over before its handler is: tell it why.
    pub fn cancel(&self, id: u32, reason: CancelReason) {
        self.inbox.push([event::CANCEL, id, 0, reason as u32, 0, 0, 0, 0]);
    }

    /// Adds a call; `announce` is told its number before anybody else can see it.
    fn add(&self, call: ServerCall, announce: impl FnOnce(u32, &ServerCall)) -> u32 {
        let mut calls = self.calls.lock();
        loop {
            let id = self.next.fetch_add(1, Ordering::Relaxed);
            // After four thousand million calls numbers come again; one that is in use is passed over.
            if id != 0 && !calls.contains_key(&id) {
                announce(id, &call);
                calls.insert(id, call);
                return id;
            }
        }
    }
}

/// Hands the calls of one endpoint to JavaScript.
pub struct JsHandler {
    /// The number that JavaScript gave the endpoint.
    pub endpoint: u32,
    pub served: Arc<ServedCalls>,
}

impl Handler for JsHandler {
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver> {
        let many = call.info().request_stream;
        let metrics = call.metrics().cloned();
        let inbox = &self.served.inbox;
        let id = self.served.add(call, |id, call| {
            let info = call.info();
            let timeout = info.deadline.map_or(u32::MAX, |at| {
                u32::try_from(at.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(u32::MAX - 1)
            });
            let flags = if many { event::STREAM } else { 0 };
            let record = [event::OPEN | flags, id, 0, self.endpoint, timeout, 0, 0, 0];
            inbox.push_texts(record, &info.id, &metadata_text(&info.metadata));
        });
        // The frame may have come alone: nothing else would wake JavaScript for it.
        inbox.ring();
        Arc::new(JsCall {
            id,
            many,
            metrics,
            served: Arc::clone(&self.served),
        })
    }
}

/// Metadata as a JSON object; empty text for none.
fn metadata_text(metadata: &Metadata) -> String {
    if metadata.is_empty() {
        return String::new();
    }
    let map: serde_json::Map<_, _> = metadata
        .iter()
        .map(|(key, value)| (key.clone(), value.clone().into()))
        .collect();
    serde_json::Value::Object(map).to_string()
}

/// What arrives on one served call.
struct JsCall {
    id: u32,
    many: bool,
    metrics: Option<Arc<EndpointMetrics>>,
    served: Arc<ServedCalls>,
}

impl StreamObserver for JsCall {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        if let Some(metrics) = &self.metrics {
            metrics.request_bytes(data.len() as u64);
        }
        let last = if self.many { 0 } else { event::LAST };
        let record = [event::REQUEST | last, self.id, 0, cost, 0, 0, 0, 0];
        if !self.served.inbox.push_payload(record, lane, data) {
            if let Some(call) = self.served.get(self.id) {
                call.fail(&Error::new(ErrorCode::Protocol, "the request is not UTF-8 text"));
            }
            self.served.cancel(self.id, CancelReason::Lost);
        }
    }

    fn end(self: Arc<Self>, end: End) {
        match end {
            End::Finished if self.many => {
                self.served
                    .inbox
                    .push_end(event::REQUEST, [event::REQUEST_END, self.id, 0, 0, 0, 0, 0, 0]);
            }
            // The only message of the request said it already.
            End::Finished => {}
            End::DeadlineExceeded => self.served.cancel(self.id, CancelReason::Deadline),
            End::Failed { .. } | End::Lost { .. } => self.served.cancel(self.id, CancelReason::Lost),
        }
    }

    fn cancelled(&self, cancel: Cancel) {
        if let Some(metrics) = &self.metrics {
            metrics.cancelled();
        }
        let reason = if cancel == Cancel::Kill {
            CancelReason::Kill
        } else {
            CancelReason::Stop
        };
        self.served.cancel(self.id, reason);
    }

    fn writable(&self) {
        self.served
            .inbox
            .push([event::SERVED_WRITABLE, self.id, 0, 0, 0, 0, 0, 0]);
    }
}

use std::{
    borrow::Cow,
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
    identity::ContractHash,
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
    /// What the endpoint is served with.
    pub contract: Option<ContractHash>,
}

impl Handler for JsHandler {
    fn open(&self, call: ServerCall) -> Arc<dyn StreamObserver> {
        let many = call.info().request_stream;
        let call = JsCall {
            endpoint: self.endpoint,
            contract: self.contract,
            many,
            metrics: call.metrics().cloned(),
            served: Arc::clone(&self.served),
            id: AtomicU32::new(0),
            waiting: Mutex::new(Some(call)),
        };
        if many {
            call.announce(None);
            // The frame may have come alone: nothing else would wake JavaScript for it.
            self.served.inbox.ring();
        }
        Arc::new(call)
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

/// What arrives on one served call. JavaScript hears of it with its request, or at once if that is a stream.
struct JsCall {
    endpoint: u32,
    contract: Option<ContractHash>,
    many: bool,
    metrics: Option<Arc<EndpointMetrics>>,
    served: Arc<ServedCalls>,
    /// Its number when JavaScript knows the call; 0 before.
    id: AtomicU32,
    /// The call until then.
    waiting: Mutex<Option<ServerCall>>,
}

impl JsCall {
    fn id(&self) -> Option<u32> {
        Some(self.id.load(Ordering::Acquire)).filter(|id| *id != 0)
    }

    /// Tells JavaScript of the call, together with its request if there is one. `false`: the request is not UTF-8.
    fn announce(&self, request: Option<(Lane, Cow<'_, [u8]>, u32)>) -> bool {
        let Some(call) = self.waiting.lock().take() else {
            return true;
        };
        let inbox = &self.served.inbox;
        let mut readable = true;
        let id = self.served.add(call, |id, call| {
            // Before JavaScript can answer.
            self.id.store(id, Ordering::Release);
            let info = call.info();
            let timeout = info.deadline.map_or(u32::MAX, |at| {
                u32::try_from(at.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(u32::MAX - 1)
            });
            let flags = if self.many { event::STREAM } else { 0 };
            let (flags, call_id) = match info.contract {
                None => (flags, Cow::Borrowed(info.id.as_str())),
                contract if contract == self.contract => {
                    (flags | event::SAME_CONTRACT, Cow::Borrowed(info.id.as_str()))
                }
                Some(contract) => (
                    flags | event::OTHER_CONTRACT,
                    Cow::Owned(format!("{}{contract}", info.id)),
                ),
            };
            let record = [event::OPEN | flags, id, 0, self.endpoint, timeout, 0, 0, 0];
            let metadata = metadata_text(&info.metadata);
            match request {
                None => inbox.push_texts(record, &call_id, &metadata),
                Some((lane, data, cost)) => {
                    let next = [event::REQUEST | event::LAST, id, 0, cost, 0, 0, 0, 0];
                    readable = inbox.push_with_payload(record, [&call_id, &metadata], next, lane, data);
                }
            }
        });
        if !readable && let Some(call) = self.served.finish(id) {
            call.fail(&Error::new(ErrorCode::Protocol, "the request is not UTF-8 text"));
        }
        readable
    }

    /// A message of the request.
    fn request(&self, lane: Lane, data: Cow<'_, [u8]>, cost: u32) {
        if let Some(metrics) = &self.metrics {
            metrics.request_bytes(data.len() as u64);
        }
        if !self.many {
            self.announce(Some((lane, data, cost)));
            return;
        }
        let Some(id) = self.id() else { return };
        let record = [event::REQUEST, id, 0, cost, 0, 0, 0, 0];
        if !self.served.inbox.push_payload(record, lane, data) {
            if let Some(call) = self.served.get(id) {
                call.fail(&Error::new(ErrorCode::Protocol, "the request is not UTF-8 text"));
            }
            self.cancel(CancelReason::Lost);
        }
    }

    /// Ends the call for JavaScript, if it knows it; else nobody else needs to hear.
    fn cancel(&self, reason: CancelReason) {
        match self.id() {
            Some(id) => self.served.cancel(id, reason),
            None => drop(self.waiting.lock().take()),
        }
    }
}

impl StreamObserver for JsCall {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        self.request(lane, data.into(), cost);
    }

    fn large_message(&self, lane: Lane, data: Vec<u8>, cost: u32) {
        self.request(lane, data.into(), cost);
    }

    fn end(self: Arc<Self>, end: End) {
        match end {
            End::Finished if self.many => {
                if let Some(id) = self.id() {
                    let record = [event::REQUEST_END, id, 0, 0, 0, 0, 0, 0];
                    self.served.inbox.push_end(event::REQUEST, record);
                }
            }
            // The only message of the request said it already.
            End::Finished => {}
            End::DeadlineExceeded => self.cancel(CancelReason::Deadline),
            End::Failed { .. } | End::Lost { .. } => self.cancel(CancelReason::Lost),
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
        self.cancel(reason);
    }

    fn writable(&self) {
        if let Some(id) = self.id() {
            let record = [event::SERVED_WRITABLE, id, 0, 0, 0, 0, 0, 0];
            self.served.inbox.push(record);
        }
    }
}

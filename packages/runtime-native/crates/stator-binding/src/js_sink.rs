use std::{borrow::Cow, sync::Arc};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use stator_runtime::{
    Error, ErrorCode, Result,
    client::{Call, ResponseSink},
    connection::Message,
    payload::Lane,
    wire::frame::Cancel,
};

use crate::{
    event::{self, Record},
    inbox::Inbox,
};

/// Client calls of JavaScript by their number. JavaScript gives the numbers.
pub struct JsSink {
    inbox: Arc<Inbox>,
    calls: Mutex<FxHashMap<u32, Arc<Call>>>,
}

impl JsSink {
    pub fn new(inbox: Arc<Inbox>) -> Self {
        Self {
            inbox,
            calls: Mutex::default(),
        }
    }

    /// Remembers a call until it ends.
    pub fn remember(&self, id: u32, call: Arc<Call>) {
        let mut calls = self.calls.lock();
        // Whoever ends it removes it, under this lock: after this look, or it is seen here.
        if !call.is_done() {
            calls.insert(id, call);
        }
    }

    pub fn get(&self, id: u32) -> Option<Arc<Call>> {
        self.calls.lock().get(&id).cloned()
    }

    pub fn forget(&self, id: u32) -> Option<Arc<Call>> {
        self.calls.lock().remove(&id)
    }

    /// Ends a call that could not even be started.
    pub fn refuse(&self, id: u32, error: Error) {
        self.end(u64::from(id), 0, Err(error));
    }

    fn item(&self, tag: u64, instance: u64, lane: Lane, data: Cow<'_, [u8]>, cost: u32) {
        if !self.inbox.push_payload(item_record(tag, instance, cost), lane, data) {
            self.unreadable(tag, instance);
        }
    }

    /// Ends a call with an item that is not what its lane says.
    fn unreadable(&self, tag: u64, instance: u64) {
        if let Some(call) = self.forget(tag as u32) {
            call.cancel(Cancel::Kill);
        }
        let error = Error::new(ErrorCode::Protocol, "the worker sent an item that is not readable");
        self.end(tag, instance, Err(error.from_instance(instance)));
    }
}

fn item_record(tag: u64, instance: u64, cost: u32) -> Record {
    let (low, high) = (instance as u32, (instance >> 32) as u32);
    [event::MESSAGE, tag as u32, 0, cost, low, high, 0, 0]
}

impl ResponseSink for JsSink {
    fn message(&self, tag: u64, instance: u64, lane: Lane, data: &[u8], cost: u32) {
        self.item(tag, instance, lane, data.into(), cost);
    }

    fn messages<'a>(&self, tag: u64, instance: u64, messages: &mut dyn Iterator<Item = Message<'a>>) {
        let items = messages.map(|Message { lane, data, cost }| (item_record(tag, instance, cost), lane, data));
        if !self.inbox.push_payloads(items) {
            self.unreadable(tag, instance);
        }
    }

    fn large_message(&self, tag: u64, instance: u64, lane: Lane, data: Vec<u8>, cost: u32) {
        self.item(tag, instance, lane, data.into(), cost);
    }

    fn end(&self, tag: u64, instance: u64, result: Result<()>) {
        let id = tag as u32;
        self.forget(id);
        let (low, high) = (instance as u32, (instance >> 32) as u32);
        match result {
            Ok(()) => self
                .inbox
                .push_end(event::MESSAGE, [event::END, id, 0, 0, low, high, 0, 0]),
            Err(error) => self
                .inbox
                .push_text([event::FAIL, id, 0, 0, low, high, 0, 0], &error_text(&error)),
        }
    }

    fn writable(&self, tag: u64) {
        self.inbox.push([event::CALL_WRITABLE, tag as u32, 0, 0, 0, 0, 0, 0]);
    }
}

pub fn error_text(error: &Error) -> String {
    serde_json::to_string(error)
        .unwrap_or_else(|_| r#"{"code":"internal","message":"an error that cannot be shown"}"#.to_owned())
}

//! Runs the records that JavaScript sends; `operation_kind.rs` says what they are.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde::Deserialize;
use stator_runtime::{
    Error, ErrorCode, Touched,
    client::{CallOptions, Client, ResponseSink, Router},
    connection::SendStatus,
    payload::{Lane, Payload},
    server::ServerCall,
    transport::HandOver,
    wire::frame::Cancel,
};

use crate::{
    event::{CancelReason, Record, SLOTS},
    operation_kind::{
        ANNOTATED, BLOCKED_CALL, BLOCKED_SERVED, BYTES, CALL, CALL_FINISH, CALL_SEND, CANCEL, CONSUMED, DIRECT,
        EVENTS_TAKEN, FAIL, FINISH, ITEM, LAST, MSGPACK, PUBLISH, RELEASE, ROUTE_DIRECT, ROUTE_LEAST_LOADED,
        ROUTE_RANDOM, ROUTE_SHIFT, ROUTE_TWO_CHOICES, STREAM, TAKEN,
    },
    session::{Session, closed_client},
};

/// Served calls that a batch remembers, once it has an item of a stream.
const PLACES: usize = 128;

/// One batch on its way into the core.
pub struct Submission<'a> {
    session: &'a Session,
    /// Payloads one after another.
    payloads: &'a [u8],
    /// A payload that stands by itself.
    direct: &'a [u8],
    blocked: Vec<(u32, u32)>,
    touched: Touched,
    /// The client that was looked up last: most batches are of one.
    client: Option<(u32, Client)>,
    /// Served calls that were looked up, each at its number's place: streams that run side by side take turns.
    served: Vec<Option<(u32, ServerCall)>>,
    /// Items of theirs that are to be sent, those of one stream together.
    items: Vec<Item<'a>>,
    /// One look at the clock for the whole batch.
    now: Instant,
}

/// An item of the served call at that place, which goes on.
#[derive(Clone, Copy)]
struct Item<'a> {
    place: usize,
    lane: Lane,
    data: &'a [u8],
}

/// What a call's options may say.
#[derive(Deserialize, Default)]
struct Options {
    id: Option<String>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

impl<'a> Submission<'a> {
    pub fn new(session: &'a Session, payloads: &'a [u8], direct: &'a [u8]) -> Self {
        Self {
            session,
            payloads,
            direct,
            blocked: Vec::new(),
            touched: Touched::default(),
            client: None,
            served: Vec::new(),
            items: Vec::new(),
            now: Instant::now(),
        }
    }

    /// Runs every operation in order, then writes each touched connection once. Returns the calls that are blocked, and
    /// whether JavaScript has to look into the inbox, which nobody will wake it for.
    pub fn run(mut self, records: &[u32]) -> (Vec<(u32, u32)>, bool) {
        // What this thread writes into a pipe it reads at the other end, and most of it is for this very inbox.
        let hand_over = HandOver::begin();
        self.session.inbox.attended();
        for record in records.chunks_exact(SLOTS) {
            if let Ok(record) = record.try_into() {
                self.operate(record);
            }
        }
        self.send_items();
        std::mem::take(&mut self.touched).flush();
        hand_over.finish();
        // What failed at once has its end in the inbox too, and there may be no connection that would announce it.
        let arrived = self.session.inbox.has_arrived();
        (self.blocked, arrived)
    }

    fn operate(&mut self, record: &Record) {
        let [head, id, length, extra, ..] = *record;
        let kind = head & 0xFF;
        if kind == ITEM && head & (LAST | DIRECT) == 0 {
            return self.item(head, id, length);
        }
        // Nothing overtakes an item.
        self.send_items();
        match kind {
            CALL => self.call(record),
            CANCEL => {
                let kill = extra != 0;
                let call = if kill {
                    self.session.calls.forget(id)
                } else {
                    self.session.calls.get(id)
                };
                if let Some(call) = call {
                    call.cancel(if kill { Cancel::Kill } else { Cancel::Stop });
                }
            }
            CONSUMED => {
                if let Some(call) = self.session.calls.get(id) {
                    call.consumed(u64::from(extra));
                    self.touched.call(&call);
                }
            }
            CALL_SEND => {
                let payload = self.payload(head, length);
                let Some(call) = self.session.calls.get(id) else { return };
                match call.send(payload, head & LAST != 0) {
                    Ok(SendStatus::Queued) => self.blocked.push((BLOCKED_CALL, id)),
                    Ok(_) => {}
                    Err(error) => {
                        self.session.calls.forget(id);
                        call.cancel(Cancel::Kill);
                        self.session.calls.refuse(id, error);
                    }
                }
                self.touched.call(&call);
            }
            CALL_FINISH => {
                if let Some(call) = self.session.calls.get(id) {
                    call.finish();
                    self.touched.call(&call);
                }
            }
            ITEM => self.single_item(head, id, length),
            FINISH => {
                if let Some(call) = self.end_served(id) {
                    call.finish();
                    self.touched.served(&call);
                }
            }
            FAIL => {
                let text = self.take_next(length);
                let error = serde_json::from_slice(text)
                    .unwrap_or_else(|_| Error::new(ErrorCode::Internal, "the handler failed with an unreadable error"));
                if let Some(call) = self.end_served(id) {
                    call.fail(&error);
                    self.touched.served(&call);
                }
            }
            TAKEN => {
                if let Some(call) = self.session.served_calls.get(id) {
                    call.consumed(u64::from(extra));
                    self.touched.served(&call);
                }
            }
            PUBLISH => {
                let (lane, data) = self.take(head, length);
                let published = self.session.events.publish(id, lane, data);
                self.session.answer(extra, published);
            }
            EVENTS_TAKEN => self.session.events.taken(id, extra),
            RELEASE => drop(self.end_served(id)),
            _ => {}
        }
    }

    fn call(&mut self, record: &Record) {
        let [head, id, length, client, timeout, options_length, low, high] = *record;
        let options = self.take_next(options_length);
        let Options { id: call_id, metadata } = if options.is_empty() {
            Options::default()
        } else {
            serde_json::from_slice(options).unwrap_or_default()
        };
        let request = if head & STREAM == 0 {
            Some(self.payload(head, length))
        } else {
            None
        };
        if self.client.as_ref().is_none_or(|(known, _)| *known != client) {
            self.client = self.session.client(client).map(|found| (client, found));
        }
        let Some((_, client)) = &self.client else {
            return self.session.calls.refuse(id, closed_client());
        };
        let router = match head >> ROUTE_SHIFT {
            ROUTE_RANDOM => Router::Random,
            ROUTE_LEAST_LOADED => Router::LeastLoaded,
            ROUTE_TWO_CHOICES => Router::TwoChoices,
            ROUTE_DIRECT => Router::Direct(u64::from(high) << 32 | u64::from(low)),
            _ => Router::RoundRobin,
        };
        let deadline = if timeout == 0 {
            None
        } else {
            self.now.checked_add(Duration::from_millis(u64::from(timeout)))
        };
        let options = CallOptions {
            id: call_id,
            deadline,
            metadata: metadata.into_iter().collect(),
            since: Some(self.now),
            annotated: head & ANNOTATED != 0,
        };
        let sink = std::sync::Arc::clone(&self.session.calls);
        let call = client.start(
            sink as std::sync::Arc<dyn ResponseSink>,
            u64::from(id),
            request,
            router,
            options,
        );
        self.touched.call(&call);
        self.session.calls.remember(id, call);
    }

    /// An item of a stream that goes on.
    fn item(&mut self, head: u32, id: u32, length: u32) {
        let (lane, data) = self.take(head, length);
        let place = id as usize % PLACES;
        if self.served.is_empty() {
            self.served.resize_with(PLACES, || None);
        }
        if self.served[place].as_ref().is_none_or(|(known, _)| *known != id) {
            // Some may be of the call that has to make room.
            self.send_items();
            self.served[place] = self.session.served_calls.get(id).map(|call| (id, call));
        }
        if self.served[place].is_some() {
            self.items.push(Item { place, lane, data });
        }
    }

    /// Sends the items that have been collected, stream by stream: on both sides most work is done once for those of a stream
    /// that come together.
    fn send_items(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        let Some(first) = items.first().map(|item| item.place) else {
            return;
        };
        if items.iter().any(|item| item.place != first) {
            // Counted and put into place: cheaper than to compare.
            let mut next = [0_usize; PLACES];
            items.iter().for_each(|item| next[item.place] += 1);
            let mut end = 0;
            for count in &mut next {
                end += *count;
                *count = end - *count;
            }
            let mut sorted = items.clone();
            for item in &items {
                let at = &mut next[item.place];
                sorted[*at] = *item;
                *at += 1;
            }
            items = sorted;
        }
        for run in items.chunk_by(|one, other| one.place == other.place) {
            self.send_run(run);
        }
        items.clear();
        self.items = items;
    }

    /// Sends items of one stream.
    fn send_run(&mut self, items: &[Item<'_>]) {
        let place = items.first().map_or(0, |item| item.place);
        let Some((id, call)) = self.served[place].clone() else {
            return;
        };
        let status = call.send_all(items.iter().map(|item| (item.lane, item.data)));
        self.sent(id, &call, status, false);
    }

    /// An item that is sent by itself: the last one of its call, or one that is not copied.
    fn single_item(&mut self, head: u32, id: u32, length: u32) {
        let last = head & LAST != 0;
        let (lane, data) = self.take(head, length);
        let call = if last {
            self.end_served(id)
        } else {
            self.session.served_calls.get(id)
        };
        let Some(call) = call else { return };
        let status = call.send(lane, data, last);
        self.sent(id, &call, status, last);
    }

    /// Tells what became of items. `last`: the call has ended with them.
    fn sent(&mut self, id: u32, call: &ServerCall, status: Result<SendStatus, Error>, last: bool) {
        match status {
            Ok(SendStatus::Queued) if !last => self.blocked.push((BLOCKED_SERVED, id)),
            Ok(_) => {}
            Err(error) => {
                call.fail(&error);
                if !last {
                    self.session.served_calls.cancel(id, CancelReason::Unsendable);
                }
            }
        }
        self.touched.served(call);
    }

    /// A served call that is over with this. It counts as running as long as anybody holds it.
    fn end_served(&mut self, id: u32) -> Option<ServerCall> {
        if let Some(place) = self.served.get_mut(id as usize % PLACES) {
            place.take_if(|(known, _)| *known == id);
        }
        self.session.served_calls.finish(id)
    }

    fn payload(&mut self, head: u32, length: u32) -> Payload {
        let (lane, data) = self.take(head, length);
        Payload::new(lane, data.to_vec())
    }

    /// The payload of a record.
    fn take(&mut self, head: u32, length: u32) -> (Lane, &'a [u8]) {
        if head & DIRECT != 0 {
            return (Lane::Bytes, std::mem::take(&mut self.direct));
        }
        let lane = if head & MSGPACK != 0 {
            Lane::Msgpack
        } else if head & BYTES != 0 {
            Lane::Bytes
        } else {
            Lane::Text
        };
        (lane, self.take_next(length))
    }

    /// The next `length` bytes. A length that does not fit takes what there is.
    fn take_next(&mut self, length: u32) -> &'a [u8] {
        let (head, tail) = self
            .payloads
            .split_at_checked(length as usize)
            .unwrap_or((self.payloads, &[]));
        self.payloads = tail;
        head
    }
}

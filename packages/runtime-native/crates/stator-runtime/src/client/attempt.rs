use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use crate::{
    Error, ErrorCode,
    connection::{End, Message, StreamObserver},
    dynamo::value::Codec,
    payload::Lane,
};

use super::{Call, Wire, dispatch::AVOID_UNREACHABLE};

/// Others are preferred to an instance that said it is full, or leaving, for this long.
const AVOID_BUSY: Duration = Duration::from_secs(1);

/// What the stream of the current attempt says.
impl Call {
    fn is_current(&self, number: u32) -> bool {
        self.attempt.load(Ordering::Acquire) == number
    }

    fn heard(&self, lane: Lane, data: &[u8], cost: u32) {
        if !self.goes_on() {
            return;
        }
        let instance = self.instance.load(Ordering::Relaxed);
        if self.needs_envelope() {
            let (lane, envelope) = envelope(lane, data);
            return self.sink.message(self.tag, instance, lane, &envelope, cost);
        }
        self.sink.message(self.tag, instance, lane, data, cost);
    }

    /// Several that came together.
    fn heard_run<'a>(&self, messages: &mut dyn Iterator<Item = Message<'a>>) {
        if self.needs_envelope() {
            messages.for_each(|Message { lane, data, cost }| self.heard(lane, data, cost));
        } else if self.goes_on() {
            let instance = self.instance.load(Ordering::Relaxed);
            self.sink.messages(self.tag, instance, messages);
        }
    }

    fn heard_large(&self, lane: Lane, data: Vec<u8>, cost: u32) {
        if self.needs_envelope() {
            self.heard(lane, &data, cost);
        } else if self.goes_on() {
            let instance = self.instance.load(Ordering::Relaxed);
            self.sink.large_message(self.tag, instance, lane, data, cost);
        }
    }

    /// Whether an item still matters. With the first one no other attempt can follow.
    fn goes_on(&self) -> bool {
        if self.is_done() {
            return false;
        }
        if !self.received.load(Ordering::Acquire) {
            self.received.store(true, Ordering::Release);
            if self.is_large {
                self.state.lock().request = None;
            }
        }
        true
    }

    fn needs_envelope(&self) -> bool {
        self.options.annotated && self.is_bare()
    }

    /// Whether items come without an envelope: our own wire has none.
    fn is_bare(&self) -> bool {
        let state = self.state.lock();
        let worker = state.worker.as_ref();
        worker.is_some_and(|worker| worker.wire() == Wire::Stator)
    }

    fn over(self: &Arc<Self>, end: End) {
        let received = self.received.load(Ordering::Acquire);
        match end {
            End::Finished => {
                self.end_with(Ok(()));
            }
            End::DeadlineExceeded => {
                self.end_with(Err(self.late()));
            }
            End::Failed { error, refused: true } if !received => self.retry_or_end(error, AVOID_BUSY),
            // A worker that cut the call off says the same as one that is lost.
            End::Failed { error, .. } if error.code == ErrorCode::UnknownOutcome && !received && self.idempotent() => {
                self.run_again(error);
            }
            End::Failed { error, .. } => {
                self.end_with(Err(error));
            }
            End::Lost { error, sent: false } => self.not_connected(error),
            End::Lost { error, sent: true } => self.lost(&error, received),
        }
    }

    fn lost(self: &Arc<Self>, error: &Error, received: bool) {
        if let Some(worker) = &self.state.lock().worker {
            worker.avoid(AVOID_UNREACHABLE);
        }
        if received {
            let error = self.unknown_outcome("after the first item, so it is not tried again", error);
            self.end_with(Err(error));
        } else if self.idempotent() {
            self.run_again(error.clone());
        } else {
            let why = "and the endpoint is not declared idempotent, so it is not tried again";
            self.end_with(Err(self.unknown_outcome(why, error)));
        }
    }

    fn idempotent(&self) -> bool {
        if self.client.options.idempotent {
            return true;
        }
        let state = self.state.lock();
        let record = state
            .worker
            .as_ref()
            .and_then(|worker| worker.instance().stator.as_ref());
        record.is_some_and(|stator| stator.idempotent)
    }
}

/// An item in the envelope that the original puts around each.
fn envelope(lane: Lane, data: &[u8]) -> (Lane, Vec<u8>) {
    if lane == Lane::Text {
        return (lane, [b"{\"data\":", data, b"}"].concat());
    }
    let mut envelope = b"\x81\xa4data".to_vec();
    // What is no value as its lane says fails where it is read.
    let _ = Codec::Msgpack.put(&mut envelope, lane, data);
    (Lane::Msgpack, envelope)
}

/// The first attempt's stream talks to the call itself.
impl StreamObserver for Call {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        if self.is_current(1) {
            self.heard(lane, data, cost);
        }
    }

    fn messages<'a>(&self, messages: &mut dyn Iterator<Item = Message<'a>>) {
        if self.is_current(1) {
            self.heard_run(messages);
        }
    }

    fn large_message(&self, lane: Lane, data: Vec<u8>, cost: u32) {
        if self.is_current(1) {
            self.heard_large(lane, data, cost);
        }
    }

    fn end(self: Arc<Self>, end: End) {
        if self.is_current(1) {
            self.over(end);
        }
    }

    fn writable(&self) {
        self.sink.writable(self.tag);
    }
}

/// A later attempt's stream.
pub(super) struct LaterAttempt {
    pub call: Arc<Call>,
    pub number: u32,
}

impl StreamObserver for LaterAttempt {
    fn message(&self, lane: Lane, data: &[u8], cost: u32) {
        if self.call.is_current(self.number) {
            self.call.heard(lane, data, cost);
        }
    }

    fn messages<'a>(&self, messages: &mut dyn Iterator<Item = Message<'a>>) {
        if self.call.is_current(self.number) {
            self.call.heard_run(messages);
        }
    }

    fn large_message(&self, lane: Lane, data: Vec<u8>, cost: u32) {
        if self.call.is_current(self.number) {
            self.call.heard_large(lane, data, cost);
        }
    }

    fn end(self: Arc<Self>, end: End) {
        if self.call.is_current(self.number) {
            self.call.over(end);
        }
    }

    fn writable(&self) {
        self.call.sink.writable(self.call.tag);
    }
}

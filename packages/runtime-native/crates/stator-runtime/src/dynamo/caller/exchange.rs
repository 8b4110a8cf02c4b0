use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;
use tokio::{sync::Notify, task::AbortHandle};

use crate::{
    Error, ErrorCode, Result,
    connection::{End, SendStatus, StreamObserver},
    dynamo::{
        Shared,
        out_buffer::OutBuffer,
        value::Codec,
        wire::{
            control::{KILL, SENTINEL, STOP},
            two_part,
        },
    },
    payload::Lane,
    transport::Link,
    wire::frame::Cancel,
};

/// One call as its caller drives it: from the request on its way to the worker, to the end of the answer.
///
/// Its observer hears the end once, whoever finds it first: the ack, the call home, a time limit, or the caller.
pub struct Exchange {
    pub(super) shared: Shared,
    /// Address of the worker, for messages.
    pub(super) peer: Arc<str>,
    pub(super) codec: Codec,
    /// Items are wanted with their envelope.
    pub(super) whole: bool,
    /// The worker is one of ours.
    pub(super) is_stator: bool,
    pub(super) state: Mutex<State>,
    /// Something changed that the task of the answer has to look at.
    pub(super) changed: Notify,
    /// The same for the task of the requests, where they are a stream.
    pub(super) requests_changed: Notify,
    listed: AtomicBool,
}

#[derive(Default)]
pub(super) struct State {
    observer: Option<Arc<dyn StreamObserver>>,
    /// The worker has called home with the answer.
    pub home: bool,
    /// What the caller wants of the worker besides the answer, and what the worker was told of it.
    cancel: Option<Cancel>,
    told: Option<Cancel>,
    /// It is the call's time that is up.
    late: bool,
    /// Bytes of items that the caller has not read.
    outstanding: u64,
    pub requests: Option<Requests>,
    timer: Option<AbortHandle>,
}

/// The stream of requests of a call that has one.
#[derive(Default)]
pub(super) struct Requests {
    pub out: OutBuffer,
    /// The connection that the worker made for them.
    pub link: Option<Arc<Link>>,
    pub ended: bool,
    wants_writable: bool,
}

/// How far the requests of a call are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// All that there are, and more may come.
    All,
    /// The worker takes no more for now.
    Part,
    /// All that there will ever be.
    End,
    /// The worker takes nothing any more.
    Lost,
}

impl Exchange {
    pub(super) fn new(
        shared: Shared,
        peer: Arc<str>,
        codec: Codec,
        whole: bool,
        is_stator: bool,
        observer: Arc<dyn StreamObserver>,
        request_stream: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            shared,
            peer,
            codec,
            whole,
            is_stator,
            state: Mutex::new(State {
                observer: Some(observer),
                requests: request_stream.then(Requests::default),
                ..State::default()
            }),
            changed: Notify::new(),
            requests_changed: Notify::new(),
            listed: AtomicBool::new(false),
        })
    }

    /// Ends the call at a time; the timer goes with the call.
    pub(super) fn set_timer(&self, timer: AbortHandle) {
        let mut state = self.state.lock();
        if state.observer.is_some() {
            state.timer = Some(timer);
        } else {
            timer.abort();
        }
    }

    /// Whether its end has been told, or nobody wants to hear it.
    pub(super) fn is_over(&self) -> bool {
        self.state.lock().observer.is_none()
    }

    /// Whether the worker has called home.
    pub(super) fn is_home(&self) -> bool {
        self.state.lock().home
    }

    pub(super) fn observer(&self) -> Option<Arc<dyn StreamObserver>> {
        self.state.lock().observer.clone()
    }

    /// Tells the end, unless it was told before.
    pub(super) fn end(&self, end: End) {
        // Not in the condition: the observer must not be called under the lock.
        let observer = self.state.lock().over();
        if let Some(observer) = observer {
            self.wake();
            observer.end(end);
        }
    }

    /// Ends the call because of what the worker sent; the worker is told that nobody listens.
    pub(super) fn give_up(&self, end: End) {
        let observer = {
            let mut state = self.state.lock();
            state.cancel = Some(Cancel::Kill);
            state.over()
        };
        self.wake();
        if let Some(observer) = observer {
            observer.end(end);
        }
    }

    /// The worker was lost.
    pub(super) fn lost(&self, sent: bool, why: &str) {
        let code = ErrorCode::Unavailable;
        let error = Error::new(code, format!("the worker at {} was lost: {why}", self.peer));
        self.end(End::Lost { error, sent });
    }

    /// The call's time is up: the handler is asked to finish, and then told that nobody waits.
    pub(super) fn expire(&self) {
        self.state.lock().late = true;
        self.give_up(End::DeadlineExceeded);
    }

    /// Ends the call from the caller's side. After a kill its observer hears nothing more.
    pub fn cancel(&self, cancel: Cancel) {
        let _observer = {
            let mut state = self.state.lock();
            if state.cancel != Some(Cancel::Kill) {
                state.cancel = Some(cancel);
            }
            if cancel == Cancel::Kill { state.over() } else { None }
        };
        self.wake();
    }

    /// An item of this cost has come. Says whether there is room for more.
    pub(super) fn received(&self, cost: u64) -> bool {
        let mut state = self.state.lock();
        state.outstanding += cost;
        state.outstanding < self.shared.limits.window as u64
    }

    pub(super) fn has_room(&self) -> bool {
        let state = self.state.lock();
        state.outstanding < self.shared.limits.window as u64 || state.observer.is_none()
    }

    /// The caller has read items of this cost.
    pub fn consumed(&self, cost: u64) {
        let window = self.shared.limits.window as u64;
        let mut state = self.state.lock();
        let was_full = state.outstanding >= window;
        state.outstanding = state.outstanding.saturating_sub(cost);
        if was_full && state.outstanding < window {
            drop(state);
            self.changed.notify_one();
        }
    }

    /// Sends one message of a request stream; `end` ends the stream with it.
    pub fn send(&self, lane: Lane, data: &[u8], end: bool) -> Result<SendStatus> {
        self.shared.check_size(data.len(), &self.peer)?;
        let window = self.shared.limits.window;
        let mut state = self.state.lock();
        let Some(requests) = state.requests.as_mut().filter(|requests| !requests.ended) else {
            return Ok(SendStatus::Gone);
        };
        two_part::put_with(requests.out.tail(), b"", |out| self.codec.put(out, lane, data))?;
        if end {
            requests.end();
        }
        if requests.out.unsent() < window {
            return Ok(SendStatus::Sent);
        }
        requests.wants_writable = true;
        Ok(SendStatus::Queued)
    }

    /// Ends a request stream.
    pub fn finish(&self) {
        if let Some(requests) = self.state.lock().requests.as_mut().filter(|requests| !requests.ended) {
            requests.end();
        }
    }

    /// Writes what the worker takes of the requests; their task does the rest.
    pub fn flush(&self) {
        self.listed.store(false, Ordering::Release);
        if self.write_requests() != Written::All {
            self.requests_changed.notify_one();
        }
    }

    /// Writes what the worker takes of the requests, and says what is left for their task.
    pub(super) fn write_requests(&self) -> Written {
        let mut state = self.state.lock();
        let observer = state.observer.clone();
        let Some(requests) = state.requests.as_mut() else {
            return Written::All;
        };
        let Some(link) = requests.link.clone() else {
            return Written::All;
        };
        let is_lost = requests.out.write_to(&link).is_err();
        let unsent = requests.out.unsent() > 0;
        let left = match (is_lost, unsent, requests.ended) {
            (true, ..) => Written::Lost,
            (false, true, _) => Written::Part,
            (false, false, true) => Written::End,
            (false, false, false) => Written::All,
        };
        let writable = !unsent && std::mem::take(&mut requests.wants_writable);
        drop(state);
        if let Some(observer) = observer.filter(|_| writable) {
            observer.writable();
            self.shared.batch_end();
        }
        left
    }

    /// Whether it was not in the list of exchanges to be flushed; it is from now on, until it is flushed.
    pub fn list(&self) -> bool {
        !self.listed.swap(true, Ordering::AcqRel)
    }

    /// The control frames that the worker has not been told.
    pub(super) fn control_frames(&self) -> Vec<u8> {
        let mut state = self.state.lock();
        let mut out = Vec::new();
        if state.cancel != state.told {
            let kill = state.cancel == Some(Cancel::Kill);
            if !kill || (state.late && state.told.is_none()) {
                two_part::put(&mut out, STOP, b"");
            }
            if kill {
                two_part::put(&mut out, KILL, b"");
            }
            state.told = state.cancel;
        }
        out
    }

    /// Whether the caller has stopped or killed the call: then an answer without an end is no surprise.
    pub(super) fn is_cancelled(&self) -> bool {
        self.state.lock().cancel.is_some()
    }

    fn wake(&self) {
        self.changed.notify_one();
        self.requests_changed.notify_one();
    }
}

impl State {
    fn over(&mut self) -> Option<Arc<dyn StreamObserver>> {
        if let Some(timer) = self.timer.take() {
            timer.abort();
        }
        self.observer.take()
    }
}

impl Requests {
    fn end(&mut self) {
        two_part::put(self.out.tail(), SENTINEL, b"");
        self.ended = true;
    }
}

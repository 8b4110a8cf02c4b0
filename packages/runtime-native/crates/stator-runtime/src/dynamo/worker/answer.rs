use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::{
    Error, ErrorCode, Result,
    connection::{End, SendStatus, StreamObserver},
    dynamo::{
        Shared,
        out_buffer::OutBuffer,
        value::Codec,
        wire::{
            control::{Handshake, Home, Prologue, SENTINEL, StreamType},
            error::DynamoError,
            item, two_part,
        },
    },
    payload::Lane,
    transport::{Begun, Link},
    wire::frame::Cancel,
};

use super::{Answers, answers::Sent, request_stream::RequestStream};

/// The answer to one call, on its way to the caller's listener.
///
/// Any thread may send: frames are collected under one lock, from the first moment on, and written at once where there
/// is a connection that takes them. What it does not take, the answer's task finishes. The connection is made when there
/// is something to say, or after a while.
pub struct Answer {
    /// By which `answers` knows it.
    pub(super) number: u64,
    answers: Weak<Answers>,
    pub(super) shared: Shared,
    pub(super) home: Home,
    codec: Codec,
    pub(super) state: Mutex<State>,
    /// Something changed that the task has to look at.
    pub(super) changed: Notify,
    /// Waits in a list of answers to be flushed.
    listed: AtomicBool,
}

pub(super) struct State {
    pub out: OutBuffer,
    pub link: Option<Arc<Link>>,
    /// The handler has said something.
    spoken: bool,
    /// Its caller is called home, or will be at once.
    called: bool,
    observer: Option<Arc<dyn StreamObserver>>,
    /// What is cut off together.
    group: u64,
    /// The handler has said its last word.
    pub ended: bool,
    /// Nothing is sent any more.
    pub dead: bool,
    wants_writable: bool,
    pub requests: Option<Arc<RequestStream>>,
    pub last_progress: Instant,
}

impl Answer {
    /// An answer that begins: the caller is told so as soon as it is reached.
    pub(super) fn new(answers: &Arc<Answers>, shared: Shared, home: Home, codec: Codec) -> Arc<Self> {
        Self::with(answers, shared, home, codec, None)
    }

    /// The answer to a request that no handler gets.
    pub(super) fn refusal(answers: &Arc<Answers>, shared: Shared, home: Home, error: &Error) -> Arc<Self> {
        Self::with(answers, shared, home, Codec::Json, Some(error))
    }

    fn with(answers: &Arc<Answers>, shared: Shared, home: Home, codec: Codec, refusal: Option<&Error>) -> Arc<Self> {
        let mut out = OutBuffer::default();
        let handshake = Handshake {
            subject: home.subject.clone(),
            stream_type: StreamType::Response,
        };
        let prologue = Prologue {
            error: refusal.map(|error| error.message.clone()),
            typed_error: refusal.map(DynamoError::new),
        };
        put_control(out.tail(), &handshake);
        put_control(out.tail(), &prologue);
        Arc::new(Self {
            number: answers.number(),
            answers: Arc::downgrade(answers),
            shared,
            home,
            codec,
            state: Mutex::new(State {
                out,
                link: None,
                spoken: refusal.is_some(),
                called: false,
                observer: None,
                group: 0,
                ended: refusal.is_some(),
                dead: false,
                wants_writable: false,
                requests: None,
                last_progress: Instant::now(),
            }),
            changed: Notify::new(),
            listed: AtomicBool::new(false),
        })
    }

    /// Names who hears what happens to the call.
    pub(super) fn attach(&self, observer: Arc<dyn StreamObserver>, group: u64, requests: Option<Arc<RequestStream>>) {
        let mut state = self.state.lock();
        state.observer = Some(observer);
        state.group = group;
        state.requests = requests;
        drop(state);
        // The handler may have begun to answer, and wait.
        self.flush();
    }

    /// Sends one item; `end` ends the answer with it. After an error, nothing was sent.
    pub fn send(&self, lane: Lane, data: &[u8], end: bool) -> Result<SendStatus> {
        self.shared.check_size(data.len(), &self.home)?;
        let mut state = self.state.lock();
        if state.ended || state.dead {
            return Ok(SendStatus::Gone);
        }
        two_part::put_with(state.out.tail(), b"", |out| {
            let start = out.len();
            item::put(out, self.codec, lane, data)?;
            // As JSON, bytes are longer than they are.
            let length = out.len() - start;
            let limit = self.shared.limits.max_body();
            if length <= limit {
                Ok(())
            } else {
                self.shared.check_size(length, &self.home)
            }
        })?;
        state.spoken = true;
        if end {
            self.put_end(&mut state);
        }
        if state.out.unsent() < self.shared.limits.window {
            return Ok(SendStatus::Sent);
        }
        state.wants_writable = true;
        Ok(SendStatus::Queued)
    }

    /// Ends the answer.
    pub fn finish(&self) -> SendStatus {
        let mut state = self.state.lock();
        if state.ended || state.dead {
            return SendStatus::Gone;
        }
        self.put_end(&mut state);
        SendStatus::Sent
    }

    /// Ends the answer with an error, after the items before it.
    pub fn fail(&self, error: &Error) -> SendStatus {
        self.fail_with(&DynamoError::new(error))
    }

    fn fail_with(&self, error: &DynamoError) -> SendStatus {
        let mut state = self.state.lock();
        if state.ended || state.dead {
            return SendStatus::Gone;
        }
        let written: std::result::Result<(), ()> = two_part::put_with(state.out.tail(), b"", |out| {
            item::put_error(out, self.codec, error);
            Ok(())
        });
        debug_assert!(written.is_ok());
        self.put_end(&mut state);
        SendStatus::Sent
    }

    fn put_end(&self, state: &mut State) {
        let mut last = Vec::new();
        item::put_final(&mut last, self.codec);
        two_part::put(state.out.tail(), b"", &last);
        two_part::put(state.out.tail(), SENTINEL, b"");
        (state.spoken, state.ended) = (true, true);
    }

    /// The handler has taken requests of this cost.
    pub fn consumed(&self, cost: u64) {
        let requests = self.state.lock().requests.clone();
        if let Some(requests) = requests {
            requests.consumed(cost);
        }
    }

    /// Whether there is something to call home for.
    pub(super) fn has_spoken(&self) -> bool {
        self.state.lock().spoken
    }

    /// Calls home without waiting for it, where that can be done, and writes what the caller takes at once.
    pub(super) fn begin(&self) -> Option<Sent> {
        let mut state = self.state.lock();
        state.called = true;
        if state.dead || self.shared.security.has_tls() || self.home.nats.is_some() {
            return None;
        }
        // What is wrong with the address, or that nobody listens there, the second try tells.
        let begun = Begun::new(self.home.address).ok()?;
        let written = state.out.write_with(|bytes| begun.try_write(bytes));
        if written.is_err() && state.out.written() == 0 {
            return None;
        }
        // What is wrong with a connection that was there, the next write tells.
        state.last_progress = Instant::now();
        let is_done = state.ended && state.out.unsent() == 0;
        Some(Sent { begun, is_done })
    }

    /// Does what [`Answer::flush`] does, and calls home at once where that has not been done: nobody else has to wake for
    /// the only answer that there is.
    pub fn flush_alone(&self) {
        let is_first = {
            let state = self.state.lock();
            state.spoken && state.link.is_none() && !state.dead
        };
        let claimed = if is_first {
            self.answers
                .upgrade()
                .and_then(|answers| Some((answers.claim(self.number)?, answers)))
        } else {
            None
        };
        let Some((due, answers)) = claimed else {
            return self.flush();
        };
        self.listed.store(false, Ordering::Release);
        answers.hand_over(due, self.begin());
    }

    /// Writes what the caller takes now; the task does the rest.
    pub fn flush(&self) {
        self.listed.store(false, Ordering::Release);
        let writable = {
            let mut guard = self.state.lock();
            let state = &mut *guard;
            let Some(link) = state.link.clone() else {
                let hurry = state.spoken && !std::mem::replace(&mut state.called, true);
                drop(guard);
                if let Some(answers) = self.answers.upgrade().filter(|_| hurry) {
                    answers.hurry(self.number);
                }
                return;
            };
            let before = state.out.written();
            let result = state.out.write_to(&link);
            if state.out.written() > before {
                state.last_progress = Instant::now();
            }
            if result.is_err() || state.out.unsent() > 0 || state.ended {
                // A broken connection is read to its end by the task, and found there.
                self.changed.notify_one();
            }
            if result.is_err() {
                drop(guard);
                return self.lose("the caller does not take it");
            }
            if state.wants_writable && state.out.unsent() == 0 {
                state.observer.clone().inspect(|_| state.wants_writable = false)
            } else {
                None
            }
        };
        if let Some(observer) = writable {
            observer.writable();
            self.shared.batch_end();
        }
    }

    /// Whether it was not in the list of answers to be flushed; it is from now on, until it is flushed.
    pub fn list(&self) -> bool {
        !self.listed.swap(true, Ordering::AcqRel)
    }

    /// The caller stopped or killed the call. Says whether the connection is needed any longer.
    pub(super) fn cancelled(&self, cancel: Cancel) -> bool {
        let (observer, goes_on) = {
            let mut state = self.state.lock();
            if state.ended || state.dead {
                return !state.dead;
            }
            match cancel {
                Cancel::Stop => (state.observer.clone(), true),
                Cancel::Kill => (state.end(), false),
            }
        };
        if let Some(observer) = observer {
            observer.cancelled(cancel);
            self.shared.batch_end();
        }
        goes_on
    }

    /// The caller is gone.
    pub(super) fn lose(&self, why: &str) {
        let observer = self.state.lock().end();
        self.changed.notify_one();
        if let Some(observer) = observer {
            let error = Error::new(
                ErrorCode::Unavailable,
                format!("the connection to the caller at {} was lost: {why}", self.home),
            );
            observer.end(End::Lost { error, sent: true });
            self.shared.batch_end();
        }
    }

    /// The call's time is up.
    pub(super) fn expire(&self) {
        let message = "the call's time was up before the worker ended";
        self.fail(&Error::new(ErrorCode::DeadlineExceeded, message));
        let observer = self.state.lock().observer.take();
        self.flush();
        if let Some(observer) = observer {
            observer.end(End::DeadlineExceeded);
            self.shared.batch_end();
        }
    }

    /// Ends the answer if it belongs to that group: the handler hears that it failed, the caller is told `error`.
    pub(super) fn cut_off(&self, group: u64, error: &Error) {
        let observer = {
            let mut state = self.state.lock();
            if state.group != group || state.ended || state.dead {
                return;
            }
            state.observer.take()
        };
        self.fail_with(&DynamoError::engine_shutdown(error));
        self.flush();
        if let Some(observer) = observer {
            let error = error.clone();
            observer.end(End::Failed { error, refused: false });
            self.shared.batch_end();
        }
    }

    /// Whether its handler has not ended.
    pub(super) fn is_open(&self) -> bool {
        let state = self.state.lock();
        !state.ended && !state.dead
    }
}

impl State {
    /// Sends nothing any more. Returns whom to tell, if that was not known.
    fn end(&mut self) -> Option<Arc<dyn StreamObserver>> {
        self.dead = true;
        self.link = None;
        self.out = OutBuffer::default();
        self.requests = None;
        let observer = self.observer.take();
        if self.ended { None } else { observer }
    }
}

pub(super) fn put_control(out: &mut Vec<u8>, control: &impl serde::Serialize) {
    // Text always can be written.
    two_part::put(out, &serde_json::to_vec(control).unwrap_or_default(), b"");
}

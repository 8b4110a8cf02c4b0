use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use smallvec::SmallVec;

use crate::{
    Error, ErrorCode, Result,
    connection::{Message, SendStatus},
    payload::{Lane, Payload},
    wire::{frame::Cancel, open::Metadata},
};

use super::{Dialer, Inner, OpenStream, Router, Worker};

/// Messages of a request stream that may wait before the call is open, and their bytes. One message may be larger.
const MAX_EARLY: usize = 1024;
const MAX_EARLY_BYTES: usize = 8 * 1024 * 1024;

/// A request of at most so many bytes is kept until its call is over: letting go of it sooner takes a lock.
const SMALL: usize = 4 * 1024;

/// Hears what comes back. Called from any thread; `tag` is what the call was started with.
pub trait ResponseSink: Send + Sync + 'static {
    /// One item. `cost` is to be given back by [`Call::consumed`] when it has been read.
    fn message(&self, tag: u64, instance: u64, lane: Lane, data: &[u8], cost: u32);

    /// Several items that came together.
    fn messages<'a>(&self, tag: u64, instance: u64, messages: &mut dyn Iterator<Item = Message<'a>>) {
        for Message { lane, data, cost } in messages {
            self.message(tag, instance, lane, data, cost);
        }
    }

    /// The same with a large item, which need not be copied.
    fn large_message(&self, tag: u64, instance: u64, lane: Lane, data: Vec<u8>, cost: u32) {
        self.message(tag, instance, lane, &data, cost);
    }

    /// The call is over; nothing that matters comes after it.
    fn end(&self, tag: u64, instance: u64, result: Result<()>);

    /// More of the request stream may be sent.
    fn writable(&self, _tag: u64) {}
}

/// What one call asks for.
#[derive(Debug, Clone, Default)]
pub struct CallOptions {
    /// Shown in logs of every hop. If absent none travels, and whoever serves the call makes one when somebody asks.
    pub id: Option<String>,
    /// Absolute, so that retries do not prolong it.
    pub deadline: Option<Instant>,
    pub metadata: Metadata,
    /// When the call was made, if the caller has looked at the clock already.
    pub since: Option<Instant>,
    /// Items arrive in their envelope: a map of `data` and, where the worker sends such, `id`, `event` and `comment`.
    pub annotated: bool,
}

/// One call, from its start to its end, over all attempts.
///
/// `done` is set before `state` is locked, and read again under that lock before anything is put into it: so whoever
/// ends the call finds everything that is to be given back. The lock may be held while a connection is used, never
/// while a sink, a peer or another call is.
pub struct Call {
    pub(super) client: Arc<Inner>,
    pub(super) sink: Arc<dyn ResponseSink>,
    pub(super) tag: u64,
    pub(super) router: Router,
    pub(super) options: CallOptions,
    pub(super) request_stream: bool,
    /// The request is so large that it is let go of with the first item; a small one goes with the call.
    pub(super) is_large: bool,
    pub(super) since: Instant,
    /// Number of the current attempt: what an earlier one still says is dropped.
    pub(super) attempt: AtomicU32,
    pub(super) received: AtomicBool,
    done: AtomicBool,
    pub(super) instance: AtomicU64,
    pub(super) state: Mutex<CallState>,
}

#[derive(Default)]
pub(super) struct CallState {
    pub open: Option<OpenStream>,
    pub worker: Option<Arc<Worker>>,
    /// Kept until an item has come, for another attempt; or longer, if it is small.
    pub request: Option<Payload>,
    /// Sent before the call was open.
    early: Vec<(Payload, bool)>,
    early_bytes: usize,
    pub early_end: bool,
    /// A part of the request stream has left: no other instance can be given the whole of it.
    pub streamed: bool,
    /// The caller asked the handler to finish early.
    pub stopped: bool,
    /// A worker that was lost since may have run the call.
    pub may_have_run: bool,
    /// Instances; nearly always one.
    pub tried: SmallVec<[u64; 2]>,
    pub last_error: Option<Error>,
}

impl Call {
    pub(super) fn start(
        client: Arc<Inner>,
        sink: Arc<dyn ResponseSink>,
        tag: u64,
        request: Option<Payload>,
        router: Router,
        options: CallOptions,
    ) -> Arc<Self> {
        let since = options.since.unwrap_or_else(Instant::now);
        let call = Arc::new(Self {
            client,
            sink,
            tag,
            router,
            options,
            request_stream: request.is_none(),
            is_large: request.as_ref().is_some_and(|request| request.data.len() > SMALL),
            since,
            attempt: AtomicU32::new(0),
            received: AtomicBool::new(false),
            done: AtomicBool::new(false),
            instance: AtomicU64::new(0),
            state: Mutex::new(CallState {
                request,
                ..CallState::default()
            }),
        });
        call.dispatch();
        call
    }

    pub(super) fn dialer(&self) -> &Arc<Dialer> {
        &self.client.dialer
    }

    /// The id that travels with the call; empty if the caller gave none.
    pub fn id(&self) -> &str {
        self.options.id.as_deref().unwrap_or_default()
    }

    /// The instance of the current attempt; `None` before one was chosen.
    pub fn instance_id(&self) -> Option<u64> {
        Some(self.instance.load(Ordering::Relaxed)).filter(|id| *id != 0)
    }

    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    /// Gives `look` what the current attempt is sent on. The call is locked meanwhile.
    pub(crate) fn with_stream(&self, look: impl FnOnce(Option<&OpenStream>)) {
        look(self.state.lock().open.as_ref());
    }

    /// Writes what the call has sent.
    pub fn flush(&self) {
        let open = self.state.lock().open.clone();
        if let Some(stream) = open {
            stream.flush();
        }
    }

    /// Sends one message of a request stream; `end` ends the request with it.
    pub fn send(&self, payload: Payload, end: bool) -> Result<SendStatus> {
        let open = {
            let mut state = self.state.lock();
            if self.is_done() {
                return Ok(SendStatus::Gone);
            }
            if state.open.is_none() {
                return state.keep_early(payload, end);
            }
            state.streamed = true;
            state.open.clone()
        };
        match open {
            Some(stream) => stream.send(&payload, end),
            None => Ok(SendStatus::Gone),
        }
    }

    /// Ends a request stream.
    pub fn finish(&self) {
        let open = {
            let mut state = self.state.lock();
            state.early_end = true;
            state.open.clone()
        };
        if let Some(stream) = open {
            stream.finish();
        }
    }

    /// Items of this cost have been read.
    pub fn consumed(&self, cost: u64) {
        self.with_stream(|stream| {
            if let Some(stream) = stream {
                stream.consumed(cost);
            }
        });
    }

    /// Ends the call from the caller's side. After a kill its sink hears nothing more.
    pub fn cancel(&self, cancel: Cancel) {
        let open = match cancel {
            Cancel::Kill => self.let_go(),
            Cancel::Stop => {
                let mut state = self.state.lock();
                state.stopped = true;
                state.open.clone()
            }
        };
        if let Some(stream) = open {
            stream.cancel(cancel);
            stream.flush();
        }
    }

    /// Ends the call with `result` unless it is over. Returns its stream if there was one.
    pub(super) fn end_with(&self, result: Result<()>) -> Option<OpenStream> {
        if self.is_done() {
            return None;
        }
        let instance = self.instance.load(Ordering::Relaxed);
        let ended = self.try_let_go()?;
        let result = result.map_err(|error| match instance {
            0 => error,
            instance => error.from_instance(instance),
        });
        self.sink.end(self.tag, instance, result);
        ended
    }

    fn let_go(&self) -> Option<OpenStream> {
        self.try_let_go().flatten()
    }

    /// Marks the call as over and gives back what it holds; `None` if it was over before.
    fn try_let_go(&self) -> Option<Option<OpenStream>> {
        if self.done.swap(true, Ordering::AcqRel) {
            return None;
        }
        let (open, worker, _request, _early) = {
            let mut state = self.state.lock();
            let state = &mut *state;
            (
                state.open.take(),
                state.worker.take(),
                state.request.take(),
                state.take_early(),
            )
        };
        if let Some(worker) = worker {
            worker.end();
        }
        Some(open)
    }
}

impl CallState {
    fn keep_early(&mut self, payload: Payload, end: bool) -> Result<SendStatus> {
        let bytes = self.early_bytes + payload.data.len();
        if self.early.len() >= MAX_EARLY || (bytes > MAX_EARLY_BYTES && !self.early.is_empty()) {
            return Err(Error::new(
                ErrorCode::Overloaded,
                "too many messages before the call was open; wait until it is writable",
            ));
        }
        self.early_bytes = bytes;
        self.early.push((payload, end));
        Ok(SendStatus::Queued)
    }

    pub fn take_early(&mut self) -> Vec<(Payload, bool)> {
        self.early_bytes = 0;
        std::mem::take(&mut self.early)
    }
}

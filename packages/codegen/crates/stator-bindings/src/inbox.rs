use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering},
};

use napi::{
    Status,
    bindgen_prelude::Function,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use parking_lot::Mutex;

use crate::crossed::Outcome;

/// What the addon's threads have to tell JavaScript.
pub(crate) enum Event {
    /// A blocking or an async function is done.
    Settled { task: u64, outcome: Outcome },
    /// A stream has items, or is at its end, after JavaScript found it empty.
    Ready { stream: u64 },
    /// The Rust side of a stream is dropped.
    Dropped { stream: u64 },
    /// A function that JavaScript gave is to be called. `argument` is JSON; with `reply` Rust waits for the result.
    Call {
        task: u64,
        callback: u32,
        argument: Option<String>,
        reply: Option<u64>,
    },
}

/// Weak: it never keeps the process alive. One slot: a second wake-up while one is under way has nothing to add.
type WakeFunction = ThreadsafeFunction<(), (), (), Status, false, true, 1>;

/// Events for one JavaScript thread. JavaScript is woken once for all that has arrived until it looks.
///
/// It is as long as there is work in flight: each task settles once, each stream is ready once until it is looked at,
/// and each task has a bounded number of calls back.
pub(crate) struct Inbox {
    events: Mutex<VecDeque<Event>>,
    wake: WakeFunction,
    ringing: AtomicBool,
    closed: AtomicBool,
}

impl Inbox {
    pub(crate) fn new(wake: &Function<'_, (), ()>) -> napi::Result<Self> {
        let wake = wake
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .max_queue_size::<1>()
            .callee_handled::<false>()
            .build()?;
        Ok(Self {
            events: Mutex::default(),
            wake,
            ringing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        })
    }

    /// Never blocks. After [`close`](Self::close) events are dropped.
    pub(crate) fn push(&self, event: Event) {
        if self.closed.load(Ordering::Acquire) {
            return;
        }
        self.events.lock().push_back(event);
        if !self.ringing.swap(true, Ordering::AcqRel) {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// At most `most` events. JavaScript calls until there are none.
    pub(crate) fn take(&self, most: usize) -> Vec<Event> {
        self.ringing.store(false, Ordering::Release);
        let mut events = self.events.lock();
        let count = events.len().min(most);
        events.drain(..count).collect()
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        let dropped = std::mem::take(&mut *self.events.lock());
        drop(dropped);
    }
}

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use crate::{Error, dynamo::limits::HEAD_START, transport::Begun};

use super::{Answer, calls_home};

/// The answers of this process that are under way.
#[derive(Default)]
pub struct Answers {
    state: Mutex<State>,
    next: AtomicU64,
    idle: Notify,
    /// There may be somebody to call home.
    pub(super) calls: Arc<Notify>,
}

#[derive(Default)]
struct State {
    live: FxHashMap<u64, Live>,
    /// Those whose callers are called home when the time has come; some have been, or are not live any more.
    waiting: VecDeque<(Instant, u64)>,
    /// Those whose handlers have said something before that.
    ready: Vec<u64>,
    /// Those whose callers were called home by somebody else.
    begun: Vec<(Due, Option<Sent>)>,
    /// The task that calls home is there.
    is_served: bool,
}

struct Live {
    answer: Arc<Answer>,
    deadline: Option<Instant>,
    is_called: bool,
}

impl Live {
    fn take(&mut self, answers: &Arc<Answers>, number: u64) -> Due {
        self.is_called = true;
        Due {
            answer: Arc::clone(&self.answer),
            deadline: self.deadline,
            held: Held(Arc::clone(answers), number),
        }
    }
}

/// Whose caller is to be called home now.
pub(super) struct Due {
    pub answer: Arc<Answer>,
    pub deadline: Option<Instant>,
    pub held: Held,
}

/// A connection to a caller that was begun.
pub(super) struct Sent {
    pub begun: Begun,
    /// It has taken all that there will ever be.
    pub is_done: bool,
}

impl Answers {
    /// A number for an answer.
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Brings an answer to its caller. Call it inside a Tokio runtime.
    pub(super) fn start(self: &Arc<Self>, answer: Arc<Answer>, deadline: Option<Instant>) {
        let is_served = {
            let mut state = self.state.lock();
            let number = answer.number;
            let call_at = if answer.has_spoken() {
                Instant::now()
            } else {
                Instant::now() + HEAD_START
            };
            let live = Live {
                answer,
                deadline,
                is_called: false,
            };
            state.live.insert(number, live);
            state.waiting.push_back((call_at, number));
            std::mem::replace(&mut state.is_served, true)
        };
        if is_served {
            self.calls.notify_one();
        } else {
            tokio::spawn(calls_home::run(Arc::downgrade(self), Arc::clone(&self.calls)));
        }
    }

    /// The handler of that answer has said something: its caller is called home now.
    pub(super) fn hurry(&self, number: u64) {
        self.state.lock().ready.push(number);
        self.calls.notify_one();
    }

    /// Leaves it to whoever asks to call the caller of that answer home, and then to hand it over. `None` if it is too
    /// early or too late for that.
    pub(super) fn claim(self: &Arc<Self>, number: u64) -> Option<Due> {
        let mut state = self.state.lock();
        let live = state.live.get_mut(&number).filter(|live| !live.is_called)?;
        Some(live.take(self, number))
    }

    /// The caller of that answer was called home.
    pub(super) fn hand_over(&self, due: Due, sent: Option<Sent>) {
        self.state.lock().begun.push((due, sent));
        self.calls.notify_one();
    }

    /// Takes those that were handed over.
    pub(super) fn handed_over(&self) -> Vec<(Due, Option<Sent>)> {
        std::mem::take(&mut self.state.lock().begun)
    }

    /// Takes those whose callers are to be called home now, and says when the next one is.
    pub(super) fn due(self: &Arc<Self>, now: Instant) -> (Vec<Due>, Option<Instant>) {
        let mut due = Vec::new();
        let mut guard = self.state.lock();
        let state = &mut *guard;
        for number in state.ready.drain(..) {
            if let Some(live) = state.live.get_mut(&number).filter(|live| !live.is_called) {
                due.push(live.take(self, number));
            }
        }
        let mut next = None;
        while let Some((at, number)) = state.waiting.front().copied() {
            if let Some(live) = state.live.get_mut(&number).filter(|live| !live.is_called) {
                if at > now {
                    next = Some(at);
                    break;
                }
                due.push(live.take(self, number));
            }
            state.waiting.pop_front();
        }
        (due, next)
    }

    /// Resolves when none is under way.
    pub async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.state.lock().live.is_empty() {
                return;
            }
            idle.await;
        }
    }

    /// Ends those of a group whose handlers have not ended.
    pub fn cut_off(&self, group: u64, error: &Error) {
        for answer in self.all() {
            answer.cut_off(group, error);
        }
    }

    /// Gives up all that are left. Returns how many handlers had not ended.
    pub fn close(&self) -> usize {
        let mut open = 0;
        for answer in self.all() {
            open += usize::from(answer.is_open());
            answer.lose("this runtime has shut down");
        }
        // Each of them holds this.
        drop(self.handed_over());
        open
    }

    fn all(&self) -> Vec<Arc<Answer>> {
        let state = self.state.lock();
        state.live.values().map(|live| Arc::clone(&live.answer)).collect()
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        // The task finds that nobody is left.
        self.calls.notify_one();
    }
}

/// An answer is under way until this is dropped.
pub(super) struct Held(Arc<Answers>, u64);

impl Drop for Held {
    fn drop(&mut self) {
        let Self(answers, number) = self;
        let (_live, left) = {
            let mut state = answers.state.lock();
            (state.live.remove(number), state.live.len())
        };
        if left == 0 {
            answers.idle.notify_waiters();
        }
    }
}

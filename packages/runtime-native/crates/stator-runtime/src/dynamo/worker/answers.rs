use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;
use tokio::sync::Notify;

use crate::Error;

use super::{Answer, answer_task};

/// The answers of this process that are under way.
#[derive(Default)]
pub struct Answers {
    live: Mutex<FxHashMap<u64, Arc<Answer>>>,
    next: AtomicU64,
    idle: Notify,
}

impl Answers {
    /// Brings an answer to its caller. Call it inside a Tokio runtime.
    pub(super) fn start(self: &Arc<Self>, answer: Arc<Answer>, deadline: Option<Instant>) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.live.lock().insert(number, Arc::clone(&answer));
        let live = Live(Arc::clone(self), number);
        tokio::spawn(async move {
            let _live = live;
            answer_task::run(answer, deadline).await;
        });
    }

    /// Resolves when none is under way.
    pub async fn idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.live.lock().is_empty() {
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
        open
    }

    fn all(&self) -> Vec<Arc<Answer>> {
        self.live.lock().values().cloned().collect()
    }
}

/// An answer that is under way until this is dropped.
struct Live(Arc<Answers>, u64);

impl Drop for Live {
    fn drop(&mut self) {
        let Self(answers, number) = self;
        let (_answer, left) = {
            let mut live = answers.live.lock();
            (live.remove(number), live.len())
        };
        if left == 0 {
            answers.idle.notify_waiters();
        }
    }
}

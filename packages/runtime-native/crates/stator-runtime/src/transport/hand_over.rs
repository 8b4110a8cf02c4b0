use std::{cell::RefCell, collections::VecDeque, marker::PhantomData, sync::Arc};

/// Steps that one thread takes before it leaves the rest to others, so that no batch holds it for long.
const STEPS: usize = 256;

/// What an end of a pipe has to do because of the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Something has come.
    Read,
    /// There is room again for what did not fit.
    Write,
}

/// Who uses an end of a pipe, and can do so on any thread.
pub trait PipeEnd: Send + Sync {
    /// Takes the step on this thread.
    fn now(self: Arc<Self>, step: Step);

    /// Has it taken on a thread of its own. Never blocks.
    fn later(self: Arc<Self>, step: Step);
}

type Steps = VecDeque<(Arc<dyn PipeEnd>, Step)>;

thread_local! {
    /// What this thread has promised to do; absent where it is not handing over.
    static PROMISED: RefCell<Option<Steps>> = const { RefCell::new(None) };
}

/// A thread that writes into pipes, and then reads their other ends itself, so that no other thread has to wake up for it.
///
/// From [`HandOver::begin`] on steps are collected, and [`HandOver::finish`] takes them one after another, and those that
/// they lead to: no step runs inside of another one, or of a call that writes. Whoever calls `finish` holds no lock that a
/// step could need. What is left, because it was too much or something panicked, is done by threads of the ends.
#[must_use]
pub struct HandOver {
    /// Inside of another one: that one does it all.
    inner: bool,
    /// It belongs to its thread.
    _thread: PhantomData<*const ()>,
}

impl HandOver {
    pub fn begin() -> Self {
        let inner = PROMISED.with_borrow_mut(|promised| {
            let inner = promised.is_some();
            promised.get_or_insert_default();
            inner
        });
        Self {
            inner,
            _thread: PhantomData,
        }
    }

    /// Takes all steps, up to a limit.
    pub fn finish(self) {
        if self.inner {
            return;
        }
        for _ in 0..STEPS {
            let next = PROMISED.with_borrow_mut(|promised| promised.as_mut().and_then(VecDeque::pop_front));
            let Some((end, step)) = next else { return };
            end.now(step);
        }
    }
}

impl Drop for HandOver {
    fn drop(&mut self) {
        if self.inner {
            return;
        }
        // A panic may have come while the list was in use; then nobody can say what is in it.
        let left =
            PROMISED.try_with(|promised| promised.try_borrow_mut().ok().and_then(|mut promised| promised.take()));
        for (end, step) in left.ok().flatten().unwrap_or_default() {
            end.later(step);
        }
    }
}

/// Promises a step, if this thread is handing over.
pub(super) fn promise(end: Arc<dyn PipeEnd>, step: Step) -> bool {
    PROMISED
        .try_with(|promised| {
            let mut promised = promised.borrow_mut();
            promised.as_mut().map(|promised| promised.push_back((end, step)))
        })
        .is_ok_and(|promised| promised.is_some())
}

/// Whether steps are promised on this thread at present.
pub(super) fn is_promising() -> bool {
    PROMISED
        .try_with(|promised| promised.borrow().is_some())
        .unwrap_or(false)
}

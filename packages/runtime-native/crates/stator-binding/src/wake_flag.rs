#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicBool, Ordering};

/// One wake-up for everything that arrives until somebody looks. `loom` beside this crate tries all orders of its threads.
pub struct WakeFlag {
    pending: AtomicBool,
}

impl WakeFlag {
    pub fn new() -> Self {
        Self {
            pending: AtomicBool::new(false),
        }
    }

    /// Something is there to be taken. Says whether whoever takes it has to be woken.
    pub fn raise(&self) -> bool {
        !self.pending.swap(true, Ordering::AcqRel)
    }

    /// Somebody is going to look without being woken: until [`WakeFlag::answered`] nobody has to wake them.
    pub fn attended(&self) {
        self.pending.store(true, Ordering::Release);
    }

    /// Somebody is about to look: what comes after this needs a new wake-up.
    pub fn answered(&self) {
        self.pending.store(false, Ordering::Release);
    }
}

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Counts running calls, and tells when there are none.
#[derive(Debug, Default)]
pub struct InFlight {
    count: AtomicUsize,
    none: Notify,
}

impl InFlight {
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Resolves when nothing runs.
    pub async fn none(&self) {
        loop {
            let none = self.none.notified();
            if self.count() == 0 {
                return;
            }
            none.await;
        }
    }

    pub(super) fn begin(&self) {
        self.count.fetch_add(1, Ordering::AcqRel);
    }

    /// One that began is over.
    pub(super) fn end(&self) {
        if self.count.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.none.notify_waiters();
        }
    }
}

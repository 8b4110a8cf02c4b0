use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio_util::sync::CancellationToken;

/// Something that is closed once. Asking whether it is costs one load, which every call does; the token takes a lock.
#[derive(Debug, Clone, Default)]
pub(crate) struct Closing {
    token: CancellationToken,
    closed: Arc<AtomicBool>,
}

impl Closing {
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.token.cancel();
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Resolves when it is closed.
    pub async fn closed(&self) {
        self.token.cancelled().await;
    }
}

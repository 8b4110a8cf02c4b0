use std::fmt;

use tokio_util::sync::CancellationToken;

/// Says whether the caller gave up: its `AbortSignal` fired, its loop over a stream ended, or its thread is gone.
///
/// As a parameter of a blocking or an async function it is filled in by itself; JavaScript does not see it. Long work
/// asks [`is_cancelled`](Self::is_cancelled) or [`check`](Self::check) now and then. The caller does not wait for that:
/// its promise is rejected at once.
#[derive(Debug, Clone, Default)]
pub struct Cancellation {
    token: CancellationToken,
}

/// The caller gave up, so nobody looks at the result any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl Cancellation {
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// # Errors
    /// [`Cancelled`] when the caller gave up, for `cancellation.check()?`.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Completes when the caller gives up.
    pub async fn cancelled(&self) {
        self.token.cancelled().await;
    }

    pub(crate) fn cancel(&self) {
        self.token.cancel();
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the caller gave up")
    }
}

impl std::error::Error for Cancelled {}

impl From<Cancelled> for String {
    fn from(cancelled: Cancelled) -> Self {
        cancelled.to_string()
    }
}

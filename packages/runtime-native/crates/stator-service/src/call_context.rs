use std::{
    future::Future,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use stator_runtime::server::{CallInfo, IncomingCall};
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static CURRENT: Context;
}

/// What a handler knows of the call that it serves. Cheap to clone; it may outlive the call.
///
/// When nobody waits for the answer any more, the handler's future is dropped: that is its cancellation.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    info: CallInfo,
    id: OnceLock<String>,
    instance_id: u64,
    stopped: CancellationToken,
}

impl Context {
    pub(crate) fn new(call: &IncomingCall, instance_id: u64) -> Self {
        Self(Arc::new(Inner {
            info: call.info().clone(),
            id: OnceLock::new(),
            instance_id,
            stopped: call.stop_token(),
        }))
    }

    /// The context of the call that the running task serves; `None` outside of one, and in tasks that a handler has
    /// spawned without [`Context::scope`].
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs a future as part of this call: what it calls inherits id, metadata and deadline.
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        CURRENT.scope(self.clone(), future).await
    }

    /// The call's id, the same in every hop; made here if the caller gave none.
    pub fn id(&self) -> &str {
        if !self.0.info.id.is_empty() {
            return &self.0.info.id;
        }
        self.0.id.get_or_init(|| format!("{:032x}", fastrand::u128(..)))
    }

    /// `namespace.component.endpoint`.
    pub fn endpoint(&self) -> &str {
        &self.0.info.path
    }

    /// The instance that serves the call: this one.
    pub fn instance_id(&self) -> u64 {
        self.0.instance_id
    }

    /// Text that came with the call.
    pub fn metadata(&self) -> &[(String, String)] {
        &self.0.info.metadata
    }

    /// The text under one key.
    pub fn metadata_of(&self, key: &str) -> Option<&str> {
        let mut entries = self.metadata().iter();
        entries.find_map(|(name, value)| (name == key).then_some(value.as_str()))
    }

    /// The hash of the contract that the caller was built with: 32 hex digits. `None` if it does not say.
    pub fn caller_contract(&self) -> Option<String> {
        self.0.info.contract.map(|hash| hash.to_string())
    }

    /// When the call's time is up; `None` for never.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.info.deadline
    }

    /// How much of its time is left.
    pub fn time_left(&self) -> Option<Duration> {
        self.deadline()
            .map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the caller asked to finish early, or is gone.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.is_cancelled()
    }

    /// Resolves when the caller asks to finish early, or is gone.
    pub async fn stopped(&self) {
        self.0.stopped.cancelled().await;
    }
}

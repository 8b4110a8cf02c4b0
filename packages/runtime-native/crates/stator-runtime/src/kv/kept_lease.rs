use std::{sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Store, clock};
use crate::{Error, ErrorCode, Result};

/// Between attempts to renew that failed, at the least.
const PAUSE: Duration = Duration::from_millis(100);

/// A lease that is renewed for as long as this object lives. Dropping it ends the lease, and what is bound to it.
#[derive(Debug)]
pub struct KeptLease {
    id: u64,
    ttl: Duration,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    /// Why it is over, once it is.
    over: watch::Sender<Option<Error>>,
    /// The keeper is to end the lease.
    stop: CancellationToken,
    /// The keeper is done.
    ended: CancellationToken,
}

/// Hears when a lease is lost, without keeping it.
#[derive(Debug, Clone)]
pub struct Lost(watch::Receiver<Option<Error>>);

impl Lost {
    /// Resolves with the reason: `conflict` when the lease was lost, `shutting_down` when it was ended in order.
    pub async fn reason(mut self) -> Error {
        match self.0.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_else(ended),
            Err(_) => ended(),
        }
    }
}

impl KeptLease {
    /// Takes a lease, and renews it in `tasks` until that is stopped by `closing`.
    pub(super) async fn take(
        store: &Arc<dyn Store>,
        ttl: Duration,
        tasks: &TaskTracker,
        closing: &CancellationToken,
    ) -> Result<Self> {
        let since = clock::now();
        let granted = store.grant(ttl).await?;
        let state = Arc::new(State {
            over: watch::Sender::new(None),
            stop: closing.child_token(),
            ended: CancellationToken::new(),
        });
        let keeper = Keeper {
            store: Arc::clone(store),
            id: granted.id,
            ttl: granted.ttl,
            state: Arc::clone(&state),
        };
        tasks.spawn(keeper.run(since));
        Ok(Self {
            id: granted.id,
            ttl: granted.ttl,
            state,
        })
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    /// As it was granted, which may be longer than what was asked for.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    pub fn lost(&self) -> Lost {
        Lost(self.state.over.subscribe())
    }

    /// Somebody knows that it is of no use any more.
    pub(super) fn loser(&self) -> impl Fn(&str) + Send + Sync + use<> {
        let state = Arc::clone(&self.state);
        move |reason| {
            lose(&state, reason);
            state.stop.cancel();
        }
    }

    /// Ends the lease, and waits until that is done.
    pub async fn release(self) {
        self.state.stop.cancel();
        self.state.ended.cancelled().await;
    }
}

impl Drop for KeptLease {
    fn drop(&mut self) {
        self.state.stop.cancel();
    }
}

struct Keeper {
    store: Arc<dyn Store>,
    id: u64,
    ttl: Duration,
    state: Arc<State>,
}

impl Keeper {
    async fn run(self, since: Duration) {
        if let Some(reason) = self.keep(since).await {
            tracing::warn!(
                lease = format!("{:x}", self.id),
                reason,
                "a lease of the store was lost"
            );
            lose(&self.state, &reason);
        }
        // Before what is bound to it goes, or that would look like a loss.
        self.state.over.send_if_modified(|over| {
            let first = over.is_none();
            over.get_or_insert_with(ended);
            first
        });
        // Those who wait for what is bound to it need not wait until it ends by itself.
        if let Err(error) = self.store.revoke(self.id).await {
            tracing::warn!(lease = format!("{:x}", self.id), %error, "a lease of the store could not be ended; it ends by itself");
        }
        self.state.ended.cancel();
    }

    /// Resolves with the reason when it is lost, and with `None` when there was enough of it.
    async fn keep(&self, mut since: Duration) -> Option<String> {
        let mut wait = self.ttl / 3;
        loop {
            let left = self.ttl.saturating_sub(elapsed(since));
            tokio::select! {
                () = self.state.stop.cancelled() => return None,
                () = sleep(wait.min(left)) => {}
            }
            // Others may have it from then on, whatever the back end would say.
            let left = self.ttl.saturating_sub(elapsed(since));
            if left.is_zero() {
                return Some(format!(
                    "it was not renewed within its {} ms, as when a process is suspended or the back end is away",
                    self.ttl.as_millis()
                ));
            }
            let before = clock::now();
            let renewed = tokio::select! {
                () = self.state.stop.cancelled() => return None,
                renewed = timeout(left, self.store.renew(self.id)) => renewed,
            };
            match renewed {
                Ok(Ok(true)) => {
                    since = before;
                    wait = self.ttl / 3;
                }
                Ok(Ok(false)) => {
                    return Some("it expired, was revoked, or the store lost its data".to_owned());
                }
                Ok(Err(error)) => {
                    tracing::debug!(lease = self.id, %error, "a lease could not be renewed, and is tried again");
                    wait = (self.ttl / 20).max(PAUSE);
                }
                Err(_) => wait = Duration::ZERO,
            }
        }
    }
}

fn lose(state: &State, reason: &str) {
    let error = Error::new(ErrorCode::Conflict, format!("the lease was lost: {reason}"));
    state.over.send_if_modified(|over| {
        let first = over.is_none();
        over.get_or_insert(error);
        first
    });
}

fn ended() -> Error {
    Error::new(ErrorCode::ShuttingDown, "the lease was ended")
}

/// The time since then, that of a suspended machine too.
fn elapsed(since: Duration) -> Duration {
    clock::now().saturating_sub(since)
}

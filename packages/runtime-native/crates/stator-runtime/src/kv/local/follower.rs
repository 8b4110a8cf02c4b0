use std::{future::pending, sync::Arc, time::Duration};

use tokio::{task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;

use super::shared::Shared;
use crate::{folder::Changes, kv::clock};

/// How often the folder is looked at where the operating system does not tell of changes.
const POLL: Duration = Duration::from_millis(250);
/// The folder is looked at in any case after this time, for whatever was not told.
const ROUND: Duration = Duration::from_secs(5);

/// Takes in what other processes do, and ends leases whose time is up, until `stop`.
pub(super) async fn follow(shared: Arc<Shared>, stop: CancellationToken) {
    let mut changes = open(&shared);
    let mut own = shared.listen();
    let mut epoch = shared.look(|state| state.epoch);
    loop {
        let wait = wait(&shared, changes.is_some());
        tokio::select! {
            () = stop.cancelled() => return,
            told = next(&mut changes) => {
                if !told {
                    changes = None;
                }
            }
            // There may be another lease that ends next.
            _ = own.changed() => {
                if due_in(&shared).is_none_or(|left| !left.is_zero()) {
                    continue;
                }
            }
            () = sleep(wait) => {}
        }
        let refreshed = match &shared.journal {
            None => shared.refresh(),
            Some(_) => {
                let shared = Arc::clone(&shared);
                match spawn_blocking(move || shared.refresh()).await {
                    Ok(refreshed) => refreshed,
                    // The Tokio runtime ends.
                    Err(_) => return,
                }
            }
        };
        if let Err(error) = refreshed {
            tracing::warn!(%error, "the store cannot be read; it is tried again");
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(POLL) => {}
            }
        }
        let now = shared.look(|state| state.epoch);
        if now != epoch {
            // The folder that is watched may have been moved away.
            epoch = now;
            changes = None;
        }
        if changes.is_none() {
            changes = open(&shared);
            if changes.is_some() {
                // What came before the watch was in place is seen in the next round at once.
                continue_soon(&shared).await;
            }
        }
    }
}

async fn continue_soon(shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    // A failure comes again, and is told then.
    let _ = spawn_blocking(move || shared.refresh()).await;
}

fn open(shared: &Shared) -> Option<Changes> {
    let journal = shared.journal.as_ref()?;
    Changes::open(journal.log()).ok()
}

/// Resolves when something was told; false when nothing will be told any more.
async fn next(changes: &mut Option<Changes>) -> bool {
    match changes {
        Some(changes) => changes.next().await.is_ok(),
        None => pending().await,
    }
}

fn wait(shared: &Shared, told: bool) -> Duration {
    let round = match (&shared.journal, told) {
        (Some(_), false) => POLL,
        (Some(_), true) => ROUND,
        // In memory nobody else does anything.
        (None, _) => Duration::from_secs(3600),
    };
    due_in(shared).map_or(round, |left| left.min(round))
}

/// The time until the next lease ends.
fn due_in(shared: &Shared) -> Option<Duration> {
    let deadline = shared.look(|state| state.next_deadline())?;
    Some(Duration::from_millis(
        deadline.saturating_sub(clock::now_milliseconds()),
    ))
}

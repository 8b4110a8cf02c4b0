use std::{sync::Arc, time::Duration};

use tokio::{
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{file_state::FileState, record_kind::RecordKind};

/// Keeps our records alive, deletes expired ones and looks at the folder anew, until `stop`.
pub(super) async fn keep<K: RecordKind>(state: Arc<FileState<K>>, every: Duration, stop: CancellationToken) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let state = state.clone();
        let round = spawn_blocking(move || {
            state.keep_alive();
            // Whatever a notification failed to tell, as over a network file system, is seen here.
            state.resync();
        });
        if let Err(error) = round.await {
            tracing::error!(%error, "a round of the discovery keep-alive failed");
        }
    }
}

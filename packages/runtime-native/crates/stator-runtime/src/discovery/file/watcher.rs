use std::{sync::Arc, time::Duration};

use tokio::{task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{file_options::Notice, file_state::FileState, record_kind::RecordKind};
use crate::folder::{Change, Changes};

/// How often the folder is looked at where the operating system does not tell of changes.
const POLL: Duration = Duration::from_millis(250);

/// Follows the changes of the folder until `stop`.
pub(super) async fn watch<K: RecordKind>(state: Arc<FileState<K>>, notice: Notice, stop: CancellationToken) {
    let mut told = false;
    loop {
        let followed = async {
            if notice == Notice::Polling {
                return Ok(());
            }
            let mut changes = Changes::open(state.bucket.dir())?;
            // What came before the watch was in place.
            blocking(&state, |state| state.resync()).await;
            loop {
                match changes.next().await? {
                    Change::Files(names) => blocking(&state, move |state| state.refresh(&names)).await,
                    Change::Anything => blocking(&state, |state| state.resync()).await,
                }
            }
        };
        let ended: Option<std::io::Result<()>> = tokio::select! {
            () = stop.cancelled() => return,
            ended = followed => Some(ended),
        };
        if let Some(Err(error)) = ended
            && !told
        {
            told = true;
            let folder = state.bucket.dir().display();
            tracing::debug!(%folder, %error, "changes of the discovery folder are not told; looking instead");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(POLL) => {}
        }
        blocking(&state, |state| {
            // Somebody may have removed the folder; a failure is told by the next write.
            let _ = state.bucket.prepare();
            state.resync();
        })
        .await;
    }
}

async fn blocking<K: RecordKind>(state: &Arc<FileState<K>>, work: impl FnOnce(&FileState<K>) + Send + 'static) {
    let state = state.clone();
    if let Err(error) = spawn_blocking(move || work(&state)).await {
        tracing::error!(%error, "looking at the discovery folder failed");
    }
}

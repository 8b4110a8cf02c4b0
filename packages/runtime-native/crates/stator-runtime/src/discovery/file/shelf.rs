use std::sync::Arc;

use tokio::{
    sync::{OnceCell, watch},
    task::spawn_blocking,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{FileOptions, bucket::Bucket, file_state::FileState, keeper::keep, record_kind::RecordKind, watcher};
use crate::{Error, ErrorCode, Result};

/// One bucket of a connection: our files in it, and everybody's once somebody asks.
#[derive(Debug)]
pub(super) struct Shelf<K: RecordKind> {
    state: Arc<FileState<K>>,
    options: FileOptions,
    watching: OnceCell<()>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl<K: RecordKind> Shelf<K> {
    /// Makes the folder exist, and keeps our files alive in it from now on.
    pub(super) async fn open(
        options: &FileOptions,
        name: &'static str,
        stop: &CancellationToken,
        tasks: &TaskTracker,
    ) -> Result<Self> {
        let (root, ttl) = (options.root.clone(), options.ttl);
        let state = blocking(move || Ok(Arc::new(FileState::new(Bucket::open(root, name)?, ttl)))).await?;
        tasks.spawn(keep(Arc::clone(&state), options.keep_alive(), stop.clone()));
        Ok(Self {
            state,
            options: options.clone(),
            watching: OnceCell::new(),
            stop: stop.clone(),
            tasks: tasks.clone(),
        })
    }

    /// False when the connection is closed.
    pub(super) async fn put(&self, name: String, content: Vec<u8>) -> Result<bool> {
        let state = Arc::clone(&self.state);
        blocking(move || state.put(name, content)).await
    }

    pub(super) async fn remove(&self, name: String) -> Result<()> {
        let state = Arc::clone(&self.state);
        blocking(move || state.remove(name)).await
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state.is_closed()
    }

    pub(super) async fn watch(&self) -> Result<watch::Receiver<K::Snapshot>> {
        self.watching.get_or_try_init(|| self.start_watching()).await?;
        Ok(self.state.subscribe())
    }

    /// Takes everything away and lets nothing new in.
    pub(super) async fn withdraw(&self) {
        let state = Arc::clone(&self.state);
        let withdrawn = blocking(move || {
            state.withdraw();
            Ok(())
        });
        if withdrawn.await.is_err() {
            self.state.withdraw();
        }
    }

    /// The same on this thread: a few unlinks; after [`Shelf::withdraw`] there is nothing left to do.
    pub(super) fn withdraw_now(&self) {
        self.state.withdraw();
    }

    async fn start_watching(&self) -> Result<()> {
        let state = Arc::clone(&self.state);
        blocking(move || {
            state.start_watching();
            Ok(())
        })
        .await?;
        self.tasks.spawn(watcher::watch(
            Arc::clone(&self.state),
            self.options.notice,
            self.stop.clone(),
        ));
        Ok(())
    }
}

/// Runs file work on a thread where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Error::new(
            ErrorCode::ShuttingDown,
            format!("the discovery folder was not reached: {error}"),
        ))
    })
}

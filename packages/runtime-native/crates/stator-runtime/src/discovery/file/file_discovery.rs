use std::sync::Arc;

use tokio::{
    sync::{OnceCell, watch},
    task::spawn_blocking,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    super::{
        BoxFuture, Discovery, Instance, Instances,
        connection_id::connection_id,
        registration::{check_registration, closed},
    },
    FileOptions,
    bucket::Bucket,
    file_state::FileState,
    keeper::keep,
    watcher,
};
use crate::{Error, ErrorCode, Result};

/// One connection to a discovery folder. Dropping it withdraws what it registered.
#[derive(Debug)]
pub struct FileDiscovery {
    state: Arc<FileState>,
    options: FileOptions,
    watching: OnceCell<()>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl FileDiscovery {
    /// Creates the folder where it is absent.
    ///
    /// Fails with `permission_denied` when the folder cannot be written to, or is private and another user's, and with
    /// `discovery` when the file system fails otherwise.
    pub async fn connect(options: FileOptions) -> Result<Self> {
        let id = connection_id()?;
        let root = options.root.clone();
        let ttl = options.ttl;
        let state = blocking(move || Ok(Arc::new(FileState::new(Bucket::open(root)?, id, ttl)))).await?;
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(keep(state.clone(), options.keep_alive(), stop.clone()));
        Ok(Self {
            state,
            options,
            watching: OnceCell::new(),
            stop,
            tasks,
        })
    }

    async fn start_watching(&self) -> Result<()> {
        let state = self.state.clone();
        blocking(move || {
            state.start_watching();
            Ok(())
        })
        .await?;
        self.tasks.spawn(watcher::watch(
            self.state.clone(),
            self.options.notice,
            self.stop.clone(),
        ));
        Ok(())
    }
}

impl Discovery for FileDiscovery {
    fn backend(&self) -> &'static str {
        "file"
    }

    fn location(&self) -> String {
        self.options.root.path().display().to_string()
    }

    fn connection_id(&self) -> u64 {
        self.state.id()
    }

    fn register<'a>(&'a self, instance: Instance) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            check_registration(self, &instance)?;
            let state = self.state.clone();
            let open = blocking(move || state.register(&instance)).await?;
            if open { Ok(()) } else { Err(closed(self)) }
        })
    }

    fn unregister<'a>(
        &'a self,
        namespace: &'a str,
        component: &'a str,
        endpoint: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        let (state, names) = (self.state.clone(), [namespace, component, endpoint].map(str::to_owned));
        Box::pin(blocking(move || state.unregister(&names[0], &names[1], &names[2])))
    }

    fn watch<'a>(&'a self) -> BoxFuture<'a, Result<watch::Receiver<Instances>>> {
        Box::pin(async move {
            if self.state.is_closed() {
                return Err(closed(self));
            }
            self.watching.get_or_try_init(|| self.start_watching()).await?;
            Ok(self.state.subscribe())
        })
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let state = self.state.clone();
            let withdrawn = blocking(move || {
                state.withdraw();
                Ok(())
            });
            if withdrawn.await.is_err() {
                self.state.withdraw();
            }
            self.stop.cancel();
            self.tasks.close();
            self.tasks.wait().await;
        })
    }
}

impl Drop for FileDiscovery {
    fn drop(&mut self) {
        self.stop.cancel();
        // A few unlinks; after `close` there is nothing left to do.
        self.state.withdraw();
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

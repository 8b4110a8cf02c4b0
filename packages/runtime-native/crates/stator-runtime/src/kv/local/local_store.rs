use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::{
    change::Change,
    follower::follow,
    journal::{Journal, random},
    local_watch::LocalWatch,
    shared::Shared,
    state::Decision,
};
use crate::{
    Error, ErrorCode, Result,
    discovery::BoxFuture,
    folder::FileRoot,
    kv::{Entry, Lease, List, Outcome, Page, Range, Store, Watch, Write, clock},
    named::Named,
};

/// What several connections to one store in memory share.
#[derive(Debug, Clone)]
pub struct MemoryStore(Arc<Shared>);

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self(Shared::new(None))
    }

    /// The one that all runtimes of this process share.
    pub fn process() -> Self {
        static PROCESS: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::new);
        PROCESS.clone()
    }

    /// The one of that name, for as long as somebody holds it; the empty name is [`MemoryStore::process`].
    pub fn named(name: &str) -> Self {
        static NAMED: LazyLock<Named<Shared>> = LazyLock::new(Named::default);
        if name.is_empty() {
            return Self::process();
        }
        Self(NAMED.get(name, || Shared::new(None)))
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// The store in this process or in a folder.
#[derive(Debug)]
pub struct LocalStore {
    shared: Arc<Shared>,
    stop: CancellationToken,
}

impl LocalStore {
    pub fn memory(store: &MemoryStore) -> Self {
        Self::start(Arc::clone(&store.0))
    }

    /// Creates the folder where it is absent.
    ///
    /// Fails with `permission_denied` when the folder cannot be written to, or is private and another user's, and with
    /// `discovery` when the file system fails otherwise.
    pub async fn open(root: FileRoot) -> Result<Self> {
        let shared = blocking(move || Ok(Shared::new(Some(Journal::open(root)?)))).await?;
        Ok(Self::start(shared))
    }

    fn start(shared: Arc<Shared>) -> Self {
        let stop = CancellationToken::new();
        tokio::spawn(follow(Arc::clone(&shared), stop.clone()));
        Self { shared, stop }
    }

    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T>> {
        let shared = Arc::clone(&self.shared);
        if shared.journal.is_some() {
            Box::pin(blocking(move || work(&shared)))
        } else {
            Box::pin(async move { work(&shared) })
        }
    }
}

impl Store for LocalStore {
    fn backend(&self) -> &'static str {
        if self.shared.journal.is_some() {
            "file"
        } else {
            "memory"
        }
    }

    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Entry>>> {
        let key = key.to_owned();
        self.run(move |shared| shared.transact(|state| Ok(Decision::Answer(state.get(&key)))))
    }

    fn list<'a>(&'a self, list: List) -> BoxFuture<'a, Result<Page>> {
        self.run(move |shared| shared.transact(|state| Ok(Decision::Answer(state.list(&list)))))
    }

    fn write<'a>(&'a self, write: Write) -> BoxFuture<'a, Result<Outcome>> {
        self.run(move |shared| shared.transact(|state| state.decide(&write)))
    }

    fn grant<'a>(&'a self, ttl: Duration) -> BoxFuture<'a, Result<Lease>> {
        self.run(move |shared| {
            let id = random()?;
            let milliseconds = milliseconds(ttl);
            shared.transact(|state| {
                state.check_leases()?;
                let change = Change::Grant {
                    lease: id,
                    ttl: milliseconds,
                    deadline: clock::now_milliseconds() + milliseconds,
                };
                Ok(Decision::Commit(change, |_| ()))
            })?;
            Ok(Lease { id, ttl })
        })
    }

    fn renew<'a>(&'a self, lease: u64) -> BoxFuture<'a, Result<bool>> {
        self.run(move |shared| {
            shared.transact(|state| {
                let Some(held) = state.leases.get(&lease) else {
                    return Ok(Decision::Answer(false));
                };
                let deadline = clock::now_milliseconds().saturating_add(held.ttl);
                Ok(Decision::Commit(Change::Renew { lease, deadline }, |_| true))
            })
        })
    }

    fn revoke<'a>(&'a self, lease: u64) -> BoxFuture<'a, Result<()>> {
        self.run(move |shared| {
            shared.transact(|state| {
                if !state.leases.contains_key(&lease) {
                    return Ok(Decision::Answer(()));
                }
                Ok(Decision::Commit(Change::Revoke { lease }, |_| ()))
            })
        })
    }

    fn watch<'a>(&'a self, range: Range) -> BoxFuture<'a, Result<Box<dyn Watch>>> {
        Box::pin(async move {
            self.run(|shared| shared.refresh()).await?;
            let watch = LocalWatch::new(Arc::clone(&self.shared), range, self.stop.clone());
            Ok(Box::new(watch) as Box<dyn Watch>)
        })
    }

    fn close(&self) {
        self.stop.cancel();
    }
}

impl Drop for LocalStore {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX / 4)
}

/// Runs file work on a thread where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Error::new(
            ErrorCode::ShuttingDown,
            format!("the folder of the store was not reached: {error}"),
        ))
    })
}

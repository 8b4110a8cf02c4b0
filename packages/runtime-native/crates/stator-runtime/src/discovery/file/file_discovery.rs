use tokio::sync::{Mutex, OnceCell, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    super::{
        BoxFuture, Bucket, Discovery, Entries, Instance, Instances,
        connection_id::connection_id,
        record::encode,
        registration::{check_registration, closed},
    },
    BUCKET, FileOptions,
    record::{entry_file_name, file_name, new_file_name},
    record_kind::{EntryFiles, InstanceFiles},
    shelf::Shelf,
};
use crate::Result;

/// One connection to a discovery folder. Dropping it withdraws what it registered.
#[derive(Debug)]
pub struct FileDiscovery {
    id: u64,
    options: FileOptions,
    instances: Shelf<InstanceFiles>,
    /// By [`Bucket`]; each is made when it is first used.
    entries: [OnceCell<Shelf<EntryFiles>>; Bucket::ALL.len()],
    /// Held while a shelf is made, so that none is made after `close`.
    closing: Mutex<()>,
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
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        Ok(Self {
            id,
            instances: Shelf::open(&options, BUCKET, &stop, &tasks).await?,
            entries: Bucket::ALL.map(|_| OnceCell::new()),
            closing: Mutex::default(),
            options,
            stop,
            tasks,
        })
    }

    async fn shelf(&self, bucket: Bucket) -> Result<&Shelf<EntryFiles>> {
        self.entries[bucket as usize]
            .get_or_try_init(|| async {
                let _closing = self.closing.lock().await;
                if self.instances.is_closed() {
                    return Err(closed(self));
                }
                Shelf::open(&self.options, bucket.name(), &self.stop, &self.tasks).await
            })
            .await
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
        self.id
    }

    fn register<'a>(&'a self, instance: Instance) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            check_registration(self, &instance)?;
            let (name, content) = (new_file_name(&instance)?, encode(&instance)?);
            let open = self.instances.put(name, content).await?;
            if open { Ok(()) } else { Err(closed(self)) }
        })
    }

    fn unregister<'a>(
        &'a self,
        namespace: &'a str,
        component: &'a str,
        endpoint: &'a str,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(
            self.instances
                .remove(file_name(namespace, component, endpoint, self.id)),
        )
    }

    fn watch<'a>(&'a self) -> BoxFuture<'a, Result<watch::Receiver<Instances>>> {
        Box::pin(async move {
            if self.instances.is_closed() {
                return Err(closed(self));
            }
            self.instances.watch().await
        })
    }

    fn put_entry<'a>(&'a self, bucket: Bucket, key: String, value: Vec<u8>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let name = entry_file_name(&key)?;
            let shelf = self.shelf(bucket).await?;
            let open = !self.instances.is_closed() && shelf.put(name, value).await?;
            if open { Ok(()) } else { Err(closed(self)) }
        })
    }

    fn remove_entry<'a>(&'a self, bucket: Bucket, key: String) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            match self.entries[bucket as usize].get() {
                Some(shelf) => shelf.remove(entry_file_name(&key)?).await,
                None => Ok(()),
            }
        })
    }

    fn watch_entries<'a>(&'a self, bucket: Bucket) -> BoxFuture<'a, Result<watch::Receiver<Entries>>> {
        Box::pin(async move {
            if self.instances.is_closed() {
                return Err(closed(self));
            }
            self.shelf(bucket).await?.watch().await
        })
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let closing = self.closing.lock().await;
            self.instances.withdraw().await;
            for shelf in self.entries.iter().filter_map(OnceCell::get) {
                shelf.withdraw().await;
            }
            drop(closing);
            self.stop.cancel();
            self.tasks.close();
            self.tasks.wait().await;
        })
    }
}

impl Drop for FileDiscovery {
    fn drop(&mut self) {
        self.stop.cancel();
        self.instances.withdraw_now();
        for shelf in self.entries.iter().filter_map(OnceCell::get) {
            shelf.withdraw_now();
        }
    }
}

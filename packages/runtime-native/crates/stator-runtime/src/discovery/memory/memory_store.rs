use std::sync::{Arc, LazyLock};

use tokio::sync::watch;

use super::super::{Bucket, Entries, Instance, Instances};
use crate::named::Named;

/// Records that live in this process. Clones share the records; every runtime connects to the store on its own.
#[derive(Debug, Clone)]
pub struct MemoryStore(Arc<Records>);

#[derive(Debug)]
struct Records {
    snapshot: watch::Sender<Instances>,
    /// By [`Bucket`].
    entries: [watch::Sender<Entries>; Bucket::ALL.len()],
}

static PROCESS: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::new);
static NAMED: LazyLock<Named<Records>> = LazyLock::new(Named::default);

impl MemoryStore {
    /// An empty store that nobody else sees.
    pub fn new() -> Self {
        Self(Records::empty())
    }

    /// The store that all runtimes of this process share unless they are given another.
    pub fn process() -> Self {
        PROCESS.clone()
    }

    /// The store of that name, shared by all that ask for it while one of them holds it. The empty name is
    /// [`MemoryStore::process`].
    pub fn named(name: &str) -> Self {
        if name.is_empty() {
            return Self::process();
        }
        Self(NAMED.get(name, Records::empty))
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Instances> {
        self.0.snapshot.subscribe()
    }

    pub(super) fn put(&self, instance: Instance) {
        self.0.snapshot.send_modify(|snapshot| {
            let instances = Arc::make_mut(snapshot);
            match instances.binary_search_by(|known| known.order(&instance)) {
                Ok(position) => instances[position] = Arc::new(instance),
                Err(position) => instances.insert(position, Arc::new(instance)),
            }
        });
    }

    pub(super) fn subscribe_entries(&self, bucket: Bucket) -> watch::Receiver<Entries> {
        self.0.entries[bucket as usize].subscribe()
    }

    pub(super) fn put_entry(&self, bucket: Bucket, key: String, value: Arc<[u8]>) {
        self.0.entries[bucket as usize].send_modify(|entries| {
            Arc::make_mut(entries).insert(key, value);
        });
    }

    /// Takes a record away, if it is still this one.
    pub(super) fn remove_entry(&self, bucket: Bucket, key: &str, value: &Arc<[u8]>) {
        self.0.entries[bucket as usize].send_if_modified(|entries| {
            let ours = entries.get(key).is_some_and(|there| Arc::ptr_eq(there, value));
            if ours {
                Arc::make_mut(entries).remove(key);
            }
            ours
        });
    }

    /// Takes away every record that `gone` says yes to.
    pub(super) fn remove(&self, gone: impl Fn(&Instance) -> bool) {
        self.0.snapshot.send_if_modified(|snapshot| {
            if !snapshot.iter().any(|instance| gone(instance)) {
                return false;
            }
            Arc::make_mut(snapshot).retain(|instance| !gone(instance));
            true
        });
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Records {
    fn empty() -> Arc<Self> {
        Arc::new(Self {
            snapshot: watch::Sender::new(Instances::default()),
            entries: Bucket::ALL.map(|_| watch::Sender::new(Entries::default())),
        })
    }
}

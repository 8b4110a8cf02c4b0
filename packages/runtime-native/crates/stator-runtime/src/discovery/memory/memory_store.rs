use std::sync::{Arc, LazyLock};

use tokio::sync::watch;

use super::super::{Instance, Instances};

/// Records that live in this process. Clones share the records; every runtime connects to the store on its own.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    snapshot: Arc<watch::Sender<Instances>>,
}

static PROCESS: LazyLock<MemoryStore> = LazyLock::new(MemoryStore::new);

impl MemoryStore {
    /// An empty store that nobody else sees.
    pub fn new() -> Self {
        Self {
            snapshot: Arc::new(watch::Sender::new(Instances::default())),
        }
    }

    /// The store that all runtimes of this process share unless they are given another.
    pub fn process() -> Self {
        PROCESS.clone()
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Instances> {
        self.snapshot.subscribe()
    }

    pub(super) fn put(&self, instance: Instance) {
        self.snapshot.send_modify(|snapshot| {
            let instances = Arc::make_mut(snapshot);
            match instances.binary_search_by(|known| known.order(&instance)) {
                Ok(position) => instances[position] = Arc::new(instance),
                Err(position) => instances.insert(position, Arc::new(instance)),
            }
        });
    }

    /// Takes away every record that `gone` says yes to.
    pub(super) fn remove(&self, gone: impl Fn(&Instance) -> bool) {
        self.snapshot.send_if_modified(|snapshot| {
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

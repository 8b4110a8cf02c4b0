use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use parking_lot::Mutex;

use super::memory_store::{MemoryStore, Shared};
use crate::{
    Result,
    discovery::BoxFuture,
    queue::{Broker, QueueOptions, QueueSettings, Store},
};

/// Where queues in memory are. Whoever has the same one shares its queues.
#[derive(Clone, Default)]
pub struct MemoryQueues(Arc<Mutex<BTreeMap<String, Arc<Shared>>>>);

impl std::fmt::Debug for MemoryQueues {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("MemoryQueues")
    }
}

impl MemoryQueues {
    pub fn new() -> Self {
        Self::default()
    }

    /// What all runtimes of this process share.
    pub fn process() -> Self {
        static QUEUES: LazyLock<MemoryQueues> = LazyLock::new(MemoryQueues::new);
        QUEUES.clone()
    }

    fn open(&self, name: &str, options: &QueueOptions) -> Result<Arc<Shared>> {
        let mut queues = self.0.lock();
        if let Some(found) = queues.get(name) {
            found.settings.check(name, options)?;
            return Ok(Arc::clone(found));
        }
        let made = Arc::new(Shared::new(name, QueueSettings::new(options)));
        queues.insert(name.to_owned(), Arc::clone(&made));
        Ok(made)
    }

    /// Forgets a queue, unless another one has taken its name.
    pub(super) fn remove(&self, queue: &Arc<Shared>) {
        let mut queues = self.0.lock();
        if queues.get(&queue.name).is_some_and(|found| Arc::ptr_eq(found, queue)) {
            queues.remove(&queue.name);
        }
    }
}

/// The back end for one process, and for tests.
pub struct MemoryBroker(MemoryQueues);

impl MemoryBroker {
    pub fn new(queues: MemoryQueues) -> Self {
        Self(queues)
    }
}

impl Broker for MemoryBroker {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn open<'a>(&'a self, name: &'a str, options: &'a QueueOptions) -> BoxFuture<'a, Result<Arc<dyn Store>>> {
        Box::pin(async move {
            let store = MemoryStore {
                shared: self.0.open(name, options)?,
                queues: self.0.clone(),
            };
            Ok(Arc::new(store) as Arc<dyn Store>)
        })
    }

    fn close<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

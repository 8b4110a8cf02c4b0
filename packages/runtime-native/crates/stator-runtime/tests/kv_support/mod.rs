//! What the tests of the store share: places where it can be, and ways to await what a watch tells.
#![allow(dead_code, reason = "each test program uses its own part")]
#![allow(clippy::expect_used, reason = "a failed expectation is a failed test")]

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use stator_runtime::{
    Error,
    discovery::FileRoot,
    kv::{self, Event, Kv, KvConfig, Phase, PutOptions, Store, Watch, local::MemoryStore},
};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::discovery_support::etcd::Etcd;

/// Far beyond anything that these tests wait for: reaching it means that the event never came.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where a store is. Each connection to it stands for a process of its own.
pub enum Place {
    Memory(MemoryStore),
    File(TempDir),
    Etcd(Etcd),
}

impl Place {
    pub fn memory() -> Self {
        Self::Memory(MemoryStore::new())
    }

    pub fn file() -> Self {
        Self::File(TempDir::new().expect("a folder"))
    }

    pub fn etcd() -> Self {
        Self::Etcd(Etcd::start())
    }

    pub fn config(&self) -> KvConfig {
        match self {
            Self::Memory(store) => KvConfig::Memory(store.clone()),
            Self::File(folder) => KvConfig::File(FileRoot::Private(folder.path().join("root"))),
            Self::Etcd(etcd) => KvConfig::Etcd(etcd.options()),
        }
    }

    /// The back end itself.
    pub async fn store(&self) -> Arc<dyn Store> {
        kv::connect(self.config()).await.expect("the back end connects")
    }

    pub async fn open(&self) -> Kv {
        Kv::new(self.store().await)
    }
}

pub async fn put(kv: &Kv, key: &str, value: impl AsRef<[u8]>) -> u64 {
    let value = value.as_ref().to_vec().into();
    match kv.put(key, value, PutOptions::default()).await.expect("put") {
        kv::Outcome::Written { revision } => revision,
        other => panic!("put {key}: {other:?}"),
    }
}

pub async fn value(kv: &Kv, key: &str) -> Option<Vec<u8>> {
    let found = kv.get(key).await.expect("get");
    found.map(|entry| entry.value.to_vec())
}

pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(PATIENCE, future).await {
        Ok(done) => done,
        Err(_) => panic!("this never came: {what}"),
    }
}

/// One who watches, with all that was told and what follows from it.
pub struct Observer {
    watch: Box<dyn Watch>,
    pub events: Vec<Event>,
    pub phases: Vec<Phase>,
    pub state: BTreeMap<String, Vec<u8>>,
}

impl Observer {
    pub async fn prefix(kv: &Kv, prefix: &str) -> Self {
        Self {
            watch: kv.watch(prefix).await.expect("watch"),
            events: Vec::new(),
            phases: Vec::new(),
            state: BTreeMap::new(),
        }
    }

    pub async fn next(&mut self) -> Result<(), Error> {
        let batch = within("a batch", self.watch.next()).await?;
        self.phases.push(batch.phase);
        for event in batch.events {
            match &event {
                Event::Put(entry) => {
                    self.state.insert(entry.key.clone(), entry.value.to_vec());
                }
                Event::Delete { key, .. } => {
                    assert!(
                        self.state.remove(key).is_some(),
                        "the deletion of {key} was told twice, or of a key that was never told"
                    );
                }
            }
            self.events.push(event);
        }
        Ok(())
    }

    /// Reads until a key has a value.
    pub async fn until(&mut self, key: &str, value: Option<&str>) {
        while self.state.get(key).map(Vec::as_slice) != value.map(str::as_bytes) {
            self.next().await.expect("a batch");
        }
    }

    /// No change was told twice, and none before an older one of the same key.
    pub fn assert_in_order(&self) {
        let mut last = BTreeMap::new();
        for event in &self.events {
            let before = last.insert(event.key().to_owned(), event.revision());
            assert!(
                before.is_none_or(|before| before < event.revision()),
                "{event:?} came after revision {before:?}"
            );
        }
    }
}

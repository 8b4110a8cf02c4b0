use std::sync::Arc;

use super::{
    Store,
    etcd::EtcdStore,
    local::{LocalStore, MemoryStore},
};
use crate::{Result, discovery::EtcdOptions, folder::FileRoot};

/// Which back end keeps the entries, and where.
#[derive(Debug, Clone)]
pub enum KvConfig {
    /// In this process; [`MemoryStore::process`] is what its runtimes share by default.
    Memory(MemoryStore),
    /// In a folder of this machine.
    File(FileRoot),
    /// In an etcd that other machines see.
    Etcd(EtcdOptions),
}

/// Opens one connection. Call it inside a Tokio runtime.
pub async fn connect(config: KvConfig) -> Result<Arc<dyn Store>> {
    Ok(match config {
        KvConfig::Memory(store) => Arc::new(LocalStore::memory(&store)),
        KvConfig::File(root) => Arc::new(LocalStore::open(root).await?),
        KvConfig::Etcd(options) => Arc::new(EtcdStore::connect(options).await?),
    })
}

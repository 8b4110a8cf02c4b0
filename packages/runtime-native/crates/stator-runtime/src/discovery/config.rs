use std::sync::Arc;

use super::{
    Discovery, EtcdDiscovery, EtcdOptions, MemoryDiscovery, MemoryStore,
    file::{FileDiscovery, FileOptions},
};
use crate::Result;

/// Which back end to connect to, and where.
#[derive(Debug, Clone)]
pub enum DiscoveryConfig {
    /// Records of this process only; [`MemoryStore::process`] is the store that runtimes share by default.
    Memory(MemoryStore),
    /// Records in a folder that other processes see.
    File(FileOptions),
    /// Records in an etcd that other machines see.
    Etcd(EtcdOptions),
}

/// Opens one connection, with a connection id of its own. Call it inside a Tokio runtime.
pub async fn connect(config: DiscoveryConfig) -> Result<Arc<dyn Discovery>> {
    Ok(match config {
        DiscoveryConfig::Memory(store) => Arc::new(MemoryDiscovery::connect(store)?),
        DiscoveryConfig::File(options) => Arc::new(FileDiscovery::connect(options).await?),
        DiscoveryConfig::Etcd(options) => Arc::new(EtcdDiscovery::connect(options).await?),
    })
}

use std::sync::Arc;

use super::{Discovery, MemoryDiscovery, MemoryStore};
use crate::Result;

/// Which back end to connect to, and where.
#[derive(Debug, Clone)]
pub enum DiscoveryConfig {
    /// Records of this process only; [`MemoryStore::process`] is the store that runtimes share by default.
    Memory(MemoryStore),
}

/// Opens one connection, with a connection id of its own. Call it inside a Tokio runtime.
pub async fn connect(config: DiscoveryConfig) -> Result<Arc<dyn Discovery>> {
    match config {
        DiscoveryConfig::Memory(store) => Ok(Arc::new(MemoryDiscovery::connect(store)?)),
    }
}

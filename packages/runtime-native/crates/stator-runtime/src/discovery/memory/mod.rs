//! Discovery inside one process: nothing is written anywhere.

mod memory_discovery;
mod memory_store;

pub use memory_discovery::MemoryDiscovery;
pub use memory_store::MemoryStore;

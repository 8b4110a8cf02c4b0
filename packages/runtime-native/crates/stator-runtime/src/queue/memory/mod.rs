//! Queues in this process: what is in them ends with it.

mod memory_broker;
mod memory_store;
mod state;

pub use memory_broker::{MemoryBroker, MemoryQueues};

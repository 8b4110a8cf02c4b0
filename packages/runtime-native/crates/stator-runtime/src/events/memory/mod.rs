//! Events inside one process: nothing leaves it.

mod memory_bus;
mod memory_plane;

pub use memory_bus::MemoryBus;
pub use memory_plane::MemoryEventPlane;

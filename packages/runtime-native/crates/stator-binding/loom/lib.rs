//! The lock-free code of `stator-binding` as it stands there, with loom's atomics.

#[path = "../src/wake_flag.rs"]
mod wake_flag;

pub use wake_flag::WakeFlag;

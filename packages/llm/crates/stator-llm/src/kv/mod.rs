//! Blocks of tokens that engines keep, and where.

mod active_load;
mod hashing;
mod kv_event_decoder;
mod kv_index;
mod router_event;
mod vllm_batch;

pub use active_load::*;
pub use hashing::*;
pub use kv_event_decoder::*;
pub use kv_index::*;
pub use router_event::*;

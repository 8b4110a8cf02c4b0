//! What the types of the standard library, and of `serde_json`, look like on the wire.

mod collections;
mod scalars;
mod tuples;
mod wrappers;

//! What the types of the standard library, of `serde_json` and of other crates look like on the wire.

#[cfg(feature = "chrono")]
mod chrono;
mod collections;
#[cfg(feature = "indexmap")]
mod indexmap;
mod parts;
mod scalars;
mod tuples;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;
mod wrappers;

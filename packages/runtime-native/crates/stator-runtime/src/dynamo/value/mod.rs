//! Values between JSON text and msgpack. Exact or refused: nothing is rounded, and nothing is lost without a word.

mod codec;
mod from_json;
mod malformed;
mod msgpack;
mod read;
mod to_json;

pub use codec::Codec;
pub use from_json::from_json;
pub use malformed::Malformed;
pub use msgpack::{Token, check, skip, token};
pub use read::read;
pub use to_json::{Style, to_json};

/// How deep a value may be nested.
pub const MAX_DEPTH: usize = 1000;

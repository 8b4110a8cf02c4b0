//! The bytes of the original's wire. Everything here is a pure function of bytes, and bounded.

pub mod ack;
pub mod address;
pub mod control;
mod envelope;
pub mod error;
pub mod headers;
pub mod item;
pub mod request_frame;
pub mod two_part;

/// Why bytes cannot be read as what they should be; the middle of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("{length} bytes, which is more than the limit of {limit}")]
    TooLarge { length: u64, limit: u64 },
    #[error("{0}")]
    Wrong(String),
}

impl Unreadable {
    pub fn wrong(what: impl std::fmt::Display) -> Self {
        Self::Wrong(what.to_string())
    }
}

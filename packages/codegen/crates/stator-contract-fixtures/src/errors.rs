//! Errors that endpoints declare, in every form that one can have.

use std::fmt;

use serde::{Deserialize, Serialize};
use stator_contract::{Bytes, Contract, Stream, contract_service};
use ts_rs::TS;

use crate::{Optional, Pair, Word};

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[contract(status = 400)]
pub enum TakeError {
    /// The text is longer
    /// than the limit.
    ///
    /// Cut it, and send the parts.
    #[contract(status = 413)]
    TooLong { limit: u64, longest_word: Option<Bytes> },
    #[contract(status = 429)]
    Busy { at_most: u32 },
    /// The text is not acceptable.
    Refused,
    /// Something that a newer service says.
    #[serde(other)]
    Unknown,
}

/// All widths, which have to arrive exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub enum WideError {
    Exact {
        unsigned: u64,
        signed: i64,
        widest: u128,
        ratio: f32,
    },
    #[contract(status = 410)]
    Gone(Vec<u64>),
    Nothing,
}

/// Told apart by its text alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "kebab-case")]
pub enum TextError {
    /// There is no such thing.
    #[contract(status = 404)]
    NotThere,
    TooLate,
}

/// There is nothing of that name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[contract(status = 404)]
pub struct MissingError {
    #[contract(min_length = 1)]
    pub name: String,
}

impl fmt::Display for MissingError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "there is no {}", self.name)
    }
}

/// Calls of all four kinds that fail in declared ways.
#[contract_service(namespace = "fixtures")]
pub trait FailingService {
    async fn take(&self, request: Word) -> Result<Word, TakeError>;
    fn stream(&self, request: Word) -> Result<Stream<Pair>, WideError>;
    async fn collect(&self, requests: Stream<Word>) -> Result<Word, TextError>;
    fn converse(&self, requests: Stream<Word>) -> Result<Stream<Pair>, MissingError>;
    async fn fine(&self, request: Word) -> Optional;
}

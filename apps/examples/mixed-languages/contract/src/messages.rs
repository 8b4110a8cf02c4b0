use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Words {
    #[contract(max_length = 1_048_576)]
    pub text: String,
}

/// How many words there were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Count {
    pub words: u64,
}

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Token {
    pub index: u32,
    pub text: String,
}

/// The widest numbers, and who has had them in hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    pub unsigned: u64,
    pub signed: i64,
    #[serde(default)]
    pub seen_by: Vec<Hop>,
}

/// A service that a message has passed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Hop {
    pub service: String,
    pub language: Language,
    /// The instance that had it.
    pub instance: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    Rust,
    TypeScript,
}

/// A call that takes its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
pub struct Pause {
    /// Stands in the log lines of the service.
    #[contract(min_length = 1, max_length = 64)]
    pub name: String,
    /// How many tokens come before the stream waits for ever.
    pub tokens: u32,
}

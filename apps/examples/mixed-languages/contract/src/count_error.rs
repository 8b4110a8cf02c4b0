use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// Why a text is not counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, Contract)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CountError {
    /// The text has more words than are counted.
    #[contract(status = 413)]
    TooMany { most: u64, found: u64 },
    /// The text has a word that nobody may say.
    #[contract(status = 422)]
    Forbidden { word: String, index: u32 },
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// Why an engine has stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model has ended the text.
    Eos,
    /// The limit of tokens is reached.
    Length,
    /// A stop sequence or a stop token came.
    Stop,
    /// The engine failed; the text says why.
    Error(String),
    /// The caller went away.
    Cancelled,
    ContentFilter,
}

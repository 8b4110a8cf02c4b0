use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// What ended the text: a stop token, or a stop sequence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum StopReason {
    Token(u32),
    Text(String),
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// Texts that end an answer: one, or up to 16.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum Stop {
    One(String),
    Several(#[contract(max_length = 16)] Vec<String>),
}

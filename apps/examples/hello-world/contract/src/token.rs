use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::Hop;

/// One word of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// The place of the word in the text, from 0.
    pub index: u32,
    pub text: String,
    /// Every instance that the word passed, the first one first. A service appends itself to what it passes on.
    pub served_by: Vec<Hop>,
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A token that could have stood there, and how likely it was.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct TopLogprob {
    /// From 1, the most likely one.
    pub rank: u32,
    pub token_id: u32,
    pub token: Option<String>,
    pub logprob: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Vec<u8>>,
}

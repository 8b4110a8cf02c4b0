use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// When an engine stops. What is null is left to the engine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct StopConditions {
    /// Limit of new tokens.
    pub max_tokens: Option<u32>,
    /// Texts that end the answer; they are not part of it.
    pub stop: Option<Vec<String>>,
    /// Tokens that end the answer; they are not part of it.
    pub stop_token_ids: Option<Vec<u32>>,
    /// Tokens that end the answer, and are part of it.
    pub stop_token_ids_visible: Option<Vec<u32>>,
    /// Tokens of the model's own that end the answer; they are not part of it.
    pub stop_token_ids_hidden: Option<Vec<u32>>,
    /// Nothing ends the answer before that many tokens.
    pub min_tokens: Option<u32>,
    /// Go on behind the model's own end of text.
    pub ignore_eos: Option<bool>,
    pub max_thinking_tokens: Option<u32>,
}

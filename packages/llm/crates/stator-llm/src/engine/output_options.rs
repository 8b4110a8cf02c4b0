use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// What an answer has beside its tokens.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct OutputOptions {
    /// How many of the likeliest tokens are named for each place; 0 for only the one that was chosen.
    pub logprobs: Option<u32>,
    pub prompt_logprobs: Option<u32>,
    pub skip_special_tokens: Option<bool>,
    pub formatted_prompt: Option<bool>,
    pub return_tokens_as_token_ids: Option<bool>,
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// How many tokens a request took.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct CompletionUsage {
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
    /// Their sum.
    pub total_tokens: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens_details: Option<PromptTokensDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens_details: Option<CompletionTokensDetails>,
}

/// Where tokens of the prompt came from.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct PromptTokensDetails {
    /// Tokens of the prompt that the engine had in its cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u32>,
}

/// What tokens of the answer were for.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct CompletionTokensDetails {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u32>,
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{CompletionLogprobs, CompletionUsage};

/// The answer to a completion, or a part of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct Completion {
    pub id: String,
    /// `text_completion`
    pub object: String,
    /// Seconds since 1970.
    pub created: u32,
    pub model: String,
    pub choices: Vec<CompletionChoice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<CompletionUsage>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_fingerprint: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct CompletionChoice {
    pub index: u32,
    pub text: String,
    pub logprobs: Option<CompletionLogprobs>,
    /// `stop`, `length` or `content_filter`; null while the answer goes on.
    pub finish_reason: Option<String>,
}

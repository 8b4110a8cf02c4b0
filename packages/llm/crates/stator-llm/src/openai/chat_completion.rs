use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{ChatLogprobs, ChatRole, CompletionUsage};

/// The whole answer to a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatCompletion {
    pub id: String,
    /// `chat.completion`
    pub object: String,
    /// Seconds since 1970.
    pub created: u32,
    pub model: String,
    pub choices: Vec<ChatChoice>,
    pub usage: CompletionUsage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_fingerprint: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatChoice {
    pub index: u32,
    pub message: ChatAnswer,
    pub logprobs: Option<ChatLogprobs>,
    /// `stop`, `length`, `tool_calls` or `content_filter`.
    pub finish_reason: String,
}

/// What the assistant says.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatAnswer {
    pub role: ChatRole,
    pub content: Option<String>,
    pub refusal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning_content: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<Vec<serde_json::Value>>,
}

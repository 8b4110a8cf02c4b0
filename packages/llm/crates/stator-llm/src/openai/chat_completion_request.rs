use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{ChatMessage, Stop, StreamOptions};

/// What `POST /v1/chat/completions` takes.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatCompletionRequest {
    #[contract(min_length = 1)]
    pub model: String,
    #[contract(min_length = 1)]
    pub messages: Vec<ChatMessage>,
    #[contract(min = 1)]
    pub max_tokens: Option<u32>,
    #[contract(min = 1)]
    pub max_completion_tokens: Option<u32>,
    #[contract(min = 0.0, max = 2.0)]
    pub temperature: Option<f64>,
    #[contract(min = 0.0, max = 1.0)]
    pub top_p: Option<f64>,
    #[contract(min = -2.0, max = 2.0)]
    pub presence_penalty: Option<f64>,
    #[contract(min = -2.0, max = 2.0)]
    pub frequency_penalty: Option<f64>,
    #[contract(integer = "number")]
    pub seed: Option<i64>,
    /// How many answers.
    #[contract(min = 1, max = 128)]
    pub n: Option<u32>,
    pub stop: Option<Stop>,
    pub stream: Option<bool>,
    pub stream_options: Option<StreamOptions>,
    pub logit_bias: Option<BTreeMap<String, f64>>,
    pub user: Option<String>,
    pub logprobs: Option<bool>,
    #[contract(max = 20)]
    pub top_logprobs: Option<u32>,
    pub tools: Option<Vec<serde_json::Value>>,
    pub tool_choice: Option<serde_json::Value>,
    pub response_format: Option<serde_json::Value>,
    /// Everything else, such as `top_k` or `chat_template_kwargs`.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

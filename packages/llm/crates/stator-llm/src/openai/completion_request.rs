use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{Stop, StreamOptions};

/// What `POST /v1/completions` takes.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct CompletionRequest {
    #[contract(min_length = 1)]
    pub model: String,
    pub prompt: Prompt,
    #[contract(min = 1)]
    pub max_tokens: Option<u32>,
    /// The answer begins with the prompt.
    pub echo: Option<bool>,
    pub suffix: Option<String>,
    #[contract(max = 5)]
    pub logprobs: Option<u32>,
    #[contract(min = 1, max = 128)]
    pub best_of: Option<u32>,
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
    /// Everything else, such as `top_k`.
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// One prompt or several, as text or as tokens.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum Prompt {
    Text(String),
    Texts(Vec<String>),
    Tokens(Vec<u32>),
    SeveralTokens(Vec<Vec<u32>>),
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// How likely the tokens of a chat answer were.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatLogprobs {
    pub content: Option<Vec<ChatTokenLogprob>>,
    #[serde(default)]
    pub refusal: Option<Vec<ChatTokenLogprob>>,
}

/// How likely a token was, and what else could have stood there.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatTokenLogprob {
    pub token: String,
    pub logprob: f64,
    pub bytes: Option<Vec<u8>>,
    pub top_logprobs: Vec<ChatTopLogprob>,
}

/// A token that could have stood there.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ChatTopLogprob {
    pub token: String,
    pub logprob: f64,
    pub bytes: Option<Vec<u8>>,
}

/// How likely the tokens of a completion were.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct CompletionLogprobs {
    pub tokens: Vec<String>,
    pub token_logprobs: Vec<Option<f64>>,
    pub top_logprobs: Option<Vec<std::collections::BTreeMap<String, f64>>>,
    /// Where each token begins in the answer, in characters.
    pub text_offset: Vec<u32>,
}

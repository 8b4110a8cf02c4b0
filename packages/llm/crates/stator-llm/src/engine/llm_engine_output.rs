use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{CompletionUsage, FinishReason, StopReason, TopLogprob};

/// One step of an engine: the tokens that are new since the step before.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct LLMEngineOutput {
    /// The new tokens; none in a last step that only says how it ended.
    pub token_ids: Vec<u32>,
    /// The text of each token, from engines that decode by themselves.
    #[serde(default)]
    pub tokens: Option<Vec<Option<String>>>,
    /// The text of all new tokens, from engines that decode by themselves.
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub cum_log_probs: Option<f64>,
    /// One for each token.
    #[serde(default)]
    pub log_probs: Option<Vec<f64>>,
    /// The likeliest tokens at the place of each token.
    #[serde(default)]
    pub top_logprobs: Option<Vec<Vec<TopLogprob>>>,
    /// Only in the last step.
    #[serde(default)]
    pub finish_reason: Option<FinishReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_reason: Option<StopReason>,
    /// Which of several answers to the request this is, from 0.
    #[serde(default)]
    pub index: Option<u32>,
    /// What a prefill worker hands to the decode worker; only the two engines know what it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disaggregated_params: Option<serde_json::Value>,
    /// In the last step, from engines that count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_usage: Option<CompletionUsage>,
    /// What the engine adds to the answer; nobody looks into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine_data: Option<serde_json::Value>,
}

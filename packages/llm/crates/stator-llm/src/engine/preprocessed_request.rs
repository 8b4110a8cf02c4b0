use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::{OutputOptions, PrefillResult, RoutingHints, SamplingOptions, StopConditions};

/// A request to an engine: the prompt as tokens, and everything that the answer depends on.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct PreprocessedRequest {
    #[serde(default)]
    pub model: String,
    /// The prompt, and behind it what has been generated where a request continues one that broke.
    pub token_ids: Vec<u32>,
    #[serde(default)]
    pub stop_conditions: StopConditions,
    #[serde(default)]
    pub sampling_options: SamplingOptions,
    #[serde(default)]
    pub output_options: OutputOptions,
    /// The tokens that the model ends its text with.
    #[serde(default)]
    pub eos_token_ids: Vec<u32>,
    /// The checksum of the model card that the tokens were made with.
    #[serde(default)]
    pub mdc_sum: Option<String>,
    #[serde(default)]
    pub annotations: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing: Option<RoutingHints>,
    /// What a prefill worker has done of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill_result: Option<PrefillResult>,
    /// For engines that know more than this; nobody else looks into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_args: Option<serde_json::Value>,
}

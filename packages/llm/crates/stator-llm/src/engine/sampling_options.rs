use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// How tokens are chosen. What is null is left to the engine.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct SamplingOptions {
    /// How many answers; engines here get 1, the front end asks several times.
    pub n: Option<u8>,
    pub best_of: Option<u8>,
    pub presence_penalty: Option<f32>,
    pub frequency_penalty: Option<f32>,
    pub repetition_penalty: Option<f32>,
    /// 0 always takes the likeliest token.
    pub temperature: Option<f32>,
    pub top_p: Option<f32>,
    /// -1 looks at all tokens.
    pub top_k: Option<i32>,
    pub min_p: Option<f32>,
    pub use_beam_search: Option<bool>,
    pub length_penalty: Option<f32>,
    pub seed: Option<i64>,
    pub include_stop_str_in_output: Option<bool>,
    pub guided_decoding: Option<GuidedDecodingOptions>,
}

/// A form that the answer has to have: one of the first five.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct GuidedDecodingOptions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grammar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structural_tag: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whitespace_pattern: Option<String>,
}

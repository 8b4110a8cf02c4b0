use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::PromptTokensDetails;

/// What a prefill worker has made of the prompt, for the decode worker.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct PrefillResult {
    /// Only the two engines know what it means.
    pub disaggregated_params: serde_json::Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens_details: Option<PromptTokensDetails>,
}

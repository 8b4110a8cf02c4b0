use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A prompt that looks for a worker.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RoutingRequest {
    #[serde(default)]
    pub model: String,
    pub token_ids: Vec<u32>,
    /// Names the request until it is freed; without one only a question is answered, and nothing is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Requests of one session stay with one worker while it is there and not overloaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_output_tokens: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lora_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_salt: Option<String>,
    /// Workers that are not to be chosen, such as one that has just failed.
    #[serde(default)]
    pub excluded_worker_ids: Vec<u64>,
}

/// The tokens of an answer so far, or its end.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RoutingProgress {
    pub request_id: String,
    /// The prompt has been read: its tokens count no more as prefill.
    #[serde(default)]
    pub prefill_completed: bool,
    /// The request is over.
    #[serde(default)]
    pub finished: bool,
}

/// Whether the router knows the request.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RoutingProgressAnswer {
    /// False for a request that was freed already, or that another instance of the router has chosen for.
    pub known: bool,
}

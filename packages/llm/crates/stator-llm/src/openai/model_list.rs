use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// What `GET /v1/models` answers.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ModelList {
    /// `list`
    pub object: String,
    pub data: Vec<ModelEntry>,
}

/// A model that requests may ask for.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ModelEntry {
    pub id: String,
    /// `model`
    pub object: String,
    /// Seconds since 1970.
    pub created: u32,
    pub owned_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_model_len: Option<u32>,
}

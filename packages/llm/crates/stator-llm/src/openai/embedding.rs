use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

use crate::Prompt;

/// What `POST /v1/embeddings` takes.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct EmbeddingRequest {
    #[contract(min_length = 1)]
    pub model: String,
    pub input: Prompt,
    /// `float` or `base64`.
    pub encoding_format: Option<String>,
    #[contract(min = 1)]
    pub dimensions: Option<u32>,
    pub user: Option<String>,
    #[serde(flatten)]
    pub extra: BTreeMap<String, serde_json::Value>,
}

/// One vector for each input.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct EmbeddingResponse {
    /// `list`
    pub object: String,
    pub data: Vec<Embedding>,
    pub model: String,
    pub usage: EmbeddingUsage,
}

/// The vector of one input.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct Embedding {
    /// `embedding`
    pub object: String,
    pub index: u32,
    pub embedding: EmbeddingVector,
}

/// Numbers, or the base64 of 32-bit floats in little-endian order.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(untagged)]
pub enum EmbeddingVector {
    Floats(Vec<f64>),
    Base64(String),
}

/// How many tokens the inputs have.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct EmbeddingUsage {
    pub prompt_tokens: u32,
    pub total_tokens: u32,
}

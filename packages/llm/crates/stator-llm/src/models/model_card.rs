use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A model that a worker serves, in the form of the original (`v1/mdc` in discovery).
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ModelCard {
    /// The name that requests ask for.
    #[contract(min_length = 1)]
    pub display_name: String,
    /// The name as a part of keys: small letters, digits and `-`.
    pub slug: String,
    /// The folder or the hub's name of the model's files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_path: Option<String>,
    #[serde(default)]
    pub model_info: Option<serde_json::Value>,
    #[serde(default)]
    pub tokenizer: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gen_config: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_formatter: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat_template_file: Option<serde_json::Value>,
    /// Tokens of prompt and answer together.
    #[serde(default)]
    pub context_length: u32,
    /// Tokens of a block of the cache.
    #[serde(default)]
    pub kv_cache_block_size: u32,
    /// How often a request may go on at another worker.
    #[serde(default)]
    pub migration_limit: u32,
    /// Such as `Chat | Completions`.
    pub model_type: String,
    /// `Tokens`, `Text` or `Tensor`.
    pub model_input: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_data: Option<serde_json::Value>,
    #[serde(default)]
    pub runtime_config: ModelRuntimeConfig,
    /// What else the card has; it is kept.
    #[serde(flatten)]
    pub extra: std::collections::BTreeMap<String, serde_json::Value>,
}

/// What a router has to know of a worker.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, Contract)]
pub struct ModelRuntimeConfig {
    #[serde(default)]
    #[contract(integer = "number")]
    pub total_kv_blocks: Option<u64>,
    #[serde(default)]
    #[contract(integer = "number")]
    pub max_num_seqs: Option<u64>,
    #[serde(default)]
    #[contract(integer = "number")]
    pub max_num_batched_tokens: Option<u64>,
    #[serde(flatten)]
    pub extra: std::collections::BTreeMap<String, serde_json::Value>,
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// What a worker has to do, as it publishes on the topic `kv_metrics`.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct ActiveLoad {
    pub worker_id: u64,
    #[serde(default)]
    pub dp_rank: u32,
    #[contract(integer = "number")]
    pub active_decode_blocks: Option<u64>,
    #[contract(integer = "number")]
    pub active_prefill_tokens: Option<u64>,
    /// Blocks in use on the worker.
    #[contract(integer = "number")]
    pub kv_used_blocks: Option<u64>,
}

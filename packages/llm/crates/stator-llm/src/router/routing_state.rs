use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// What of a router's knowledge is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS, Contract)]
#[serde(default)]
pub struct RoutingStateRequest {
    /// Only this worker.
    pub worker_id: Option<u64>,
}

/// What a router knows.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RoutingState {
    pub block_size: u32,
    pub workers: Vec<WorkerState>,
    pub sessions: u32,
    /// Events of workers that could not be applied, such as a block whose parent is unknown.
    #[contract(integer = "number")]
    pub event_errors: u64,
}

/// What a router knows of a worker.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct WorkerState {
    pub worker_id: u64,
    /// Blocks that it has in its cache, by its events.
    pub cached_blocks: u32,
    pub active_requests: u32,
    pub active_prefill_tokens: u32,
    pub active_decode_blocks: u32,
    /// What it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kv_used_blocks: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kv_total_blocks: Option<u32>,
    #[contract(integer = "number")]
    pub events_applied: u64,
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// Where a prompt goes, and why.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RoutingDecision {
    /// The instance that has the best score.
    pub best_worker_id: u64,
    /// Blocks of the prompt that it has in its cache.
    pub overlap_blocks: u32,
    /// Blocks of the prompt, full ones only.
    pub total_blocks: u32,
    pub reason: RoutingReason,
    /// All workers that could have taken it, the best one first.
    pub candidates: Vec<WorkerScore>,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum RoutingReason {
    /// Cached blocks against load.
    KvOverlap,
    /// No worker has a block of the prompt: the one with the least to do.
    LeastLoaded,
    /// The worker of the session.
    SessionAffinity,
    /// The next one in turn.
    RoundRobin,
    Random,
}

/// How one worker fares with a prompt.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct WorkerScore {
    pub worker_id: u64,
    /// Blocks of the prompt that it has.
    pub overlap_blocks: u32,
    /// Blocks that it would have to compute, its waiting prefill included.
    pub prefill_blocks: f64,
    /// Blocks that its running requests hold.
    pub decode_blocks: f64,
    /// What it would cost: the smallest wins.
    pub cost: f64,
    /// It says that it can take no more.
    pub overloaded: bool,
}

use serde::{Deserialize, Serialize};
use stator_contract::Contract;
use ts_rs::TS;

/// A change of a worker's cache. The topic `kv-events` carries lists of these.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct RouterEvent {
    pub worker_id: u64,
    #[serde(default)]
    pub storage_tier: StorageTier,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residency_domain: Option<String>,
    pub event: KvCacheEvent,
}

/// Where blocks are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum StorageTier {
    #[default]
    Device,
    HostPinned,
    Disk,
    External,
}

/// A change, numbered by its worker.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct KvCacheEvent {
    pub event_id: u64,
    pub data: KvCacheEventData,
    #[serde(default)]
    pub dp_rank: u32,
}

/// What has changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
#[serde(rename_all = "snake_case")]
pub enum KvCacheEventData {
    Stored(KvCacheStoreData),
    Removed(KvCacheRemoveData),
    /// Everything is gone.
    Cleared,
}

/// Blocks that follow each other.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct KvCacheStoreData {
    /// The block before the first one; null for the beginning of a prompt.
    pub parent_hash: Option<u64>,
    #[serde(default)]
    pub start_position: Option<u32>,
    pub blocks: Vec<KvCacheStoredBlockData>,
}

/// One block.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct KvCacheStoredBlockData {
    /// The engine's own name for it and all before it.
    pub block_hash: u64,
    /// The hash of its tokens alone.
    pub tokens_hash: u64,
    #[serde(default)]
    pub mm_extra_info: Option<serde_json::Value>,
}

/// Blocks that are gone.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct KvCacheRemoveData {
    pub block_hashes: Vec<u64>,
}

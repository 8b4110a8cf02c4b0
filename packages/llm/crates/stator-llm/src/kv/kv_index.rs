use dynamo_kv_router::protocols::{RouterEvent as WireEvent, WorkerId};
use dynamo_kv_router::{LocalBlockHash, RadixTree};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use stator_bindings::binding;
use stator_contract::Contract;
use ts_rs::TS;

use super::hashing::local_hashes;
use crate::RouterEvent;

/// How many blocks at the beginning of a prompt a worker has.
#[derive(Debug, Clone, Serialize, Deserialize, TS, Contract)]
pub struct WorkerOverlap {
    pub worker_id: u64,
    pub dp_rank: u32,
    pub blocks: u32,
}

/// Which worker has which blocks: a tree of prompts, from the events of workers.
#[binding]
pub struct KvIndex {
    tree: Mutex<Tree>,
    block_size: u32,
}

/// The tree counts references without atomics.
struct Tree(RadixTree);

// SAFETY: all references that the tree counts belong to itself: none leaves its methods, whose results are copies. It is
// only reached through the lock, so one thread at a time has all of them.
unsafe impl Send for Tree {}

#[binding]
impl KvIndex {
    /// An empty index of blocks of so many tokens.
    #[binding(constructor)]
    pub fn new(block_size: u32) -> Result<Self, String> {
        if block_size == 0 {
            return Err("a block has at least one token".to_owned());
        }
        Ok(Self {
            tree: Mutex::new(Tree(RadixTree::new())),
            block_size,
        })
    }

    #[binding(getter)]
    pub fn block_size(&self) -> u32 {
        self.block_size
    }

    /// Applies events in their order; the answer names those that do not fit, as `event {event_id}: why`.
    pub fn apply(&self, events: Vec<RouterEvent>) -> Result<Vec<String>, String> {
        let mut failed = Vec::new();
        let mut tree = self.tree.lock();
        for event in events {
            let event_id = event.event.event_id;
            let event = to_wire(event)?;
            if let Err(error) = tree.0.apply_event(event) {
                failed.push(format!("event {event_id}: {error}"));
            }
        }
        Ok(failed)
    }

    /// The workers that have the beginning of a prompt, in no order. Those that have nothing of it are not among them.
    pub fn find_matches(
        &self,
        token_ids: Vec<u32>,
        lora_name: Option<String>,
        cache_salt: Option<String>,
    ) -> Vec<WorkerOverlap> {
        let hashes = local_hashes(&token_ids, self.block_size, lora_name.as_deref(), cache_salt.as_deref());
        self.matches(hashes)
    }

    /// The same for a prompt whose blocks have been hashed with `blockHashes`.
    pub fn find_matches_of_blocks(&self, block_hashes: Vec<u64>) -> Vec<WorkerOverlap> {
        self.matches(block_hashes.into_iter().map(LocalBlockHash).collect())
    }

    /// Forgets a worker.
    pub fn remove_worker(&self, worker_id: WorkerId) {
        self.tree.lock().0.remove_worker(worker_id);
    }

    /// The workers that have sent events.
    #[binding(getter)]
    pub fn workers(&self) -> Vec<u64> {
        self.tree.lock().0.get_workers()
    }

    /// How many blocks all workers have, those of several counted several times.
    #[binding(getter)]
    pub fn blocks(&self) -> u32 {
        u32::try_from(self.tree.lock().0.current_size()).unwrap_or(u32::MAX)
    }

    /// The index as events: applied to an empty index they make the same one.
    pub fn dump(&self) -> Result<Vec<RouterEvent>, String> {
        self.tree
            .lock()
            .0
            .dump_tree_as_events()
            .into_iter()
            .map(from_wire)
            .collect()
    }
}

impl KvIndex {
    fn matches(&self, hashes: Vec<LocalBlockHash>) -> Vec<WorkerOverlap> {
        let scores = self.tree.lock().0.find_matches(hashes, false).scores;
        scores
            .into_iter()
            .map(|(worker, blocks)| WorkerOverlap {
                worker_id: worker.worker_id,
                dp_rank: worker.dp_rank,
                blocks,
            })
            .collect()
    }
}

/// Both are the same JSON: ours has types that TypeScript can have.
fn to_wire(event: RouterEvent) -> Result<WireEvent, String> {
    let value = serde_json::to_value(event).map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}

pub(super) fn from_wire(event: WireEvent) -> Result<RouterEvent, String> {
    let value = serde_json::to_value(event).map_err(|error| error.to_string())?;
    serde_json::from_value(value).map_err(|error| error.to_string())
}

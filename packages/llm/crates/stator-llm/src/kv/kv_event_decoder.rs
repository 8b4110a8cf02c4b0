use dynamo_kv_router::protocols::WorkerWithDpRank;
use dynamo_kv_router::zmq_wire::ZmqEventNormalizer;
use stator_bindings::binding;

use super::kv_index::from_wire;
use super::vllm_batch::read_batch;
use crate::RouterEvent;

/// Reads the event batches that vLLM publishes over ZeroMQ: msgpack, one batch a message.
///
/// Blocks are hashed anew from their tokens, so that a router compares them with any prompt.
#[binding]
pub struct KvEventDecoder {
    worker_id: u64,
    normalizer: ZmqEventNormalizer,
    next_event_id: u64,
    skipped: u64,
}

#[binding]
impl KvEventDecoder {
    /// For the events of one worker, whose blocks have `block_size` tokens.
    #[binding(constructor)]
    pub fn new(worker_id: u64, block_size: u32) -> Result<Self, String> {
        if block_size == 0 {
            return Err("a block has at least one token".to_owned());
        }
        Ok(Self {
            worker_id,
            normalizer: ZmqEventNormalizer::new(block_size),
            next_event_id: 0,
            skipped: 0,
        })
    }

    /// The events of a batch for routers. What routers cannot use, such as blocks that are not on the device, is left out.
    pub fn decode(&mut self, batch: &[u8]) -> Result<Vec<RouterEvent>, String> {
        let batch = read_batch(batch)?;
        let dp_rank = u32::try_from(batch.data_parallel_rank.unwrap_or(0))
            .map_err(|_| "the batch has a negative data_parallel_rank".to_owned())?;
        let worker = WorkerWithDpRank::new(self.worker_id, dp_rank);
        let mut events = Vec::with_capacity(batch.events.len());
        for raw in batch.events {
            let event = self
                .normalizer
                .normalize(raw, self.next_event_id, worker)
                .and_then(|placed| placed.into_router_event());
            match event {
                Some(event) => {
                    events.push(from_wire(event)?);
                    self.next_event_id += 1;
                }
                None => self.skipped += 1,
            }
        }
        Ok(events)
    }

    /// How many events were left out.
    #[binding(getter)]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }
}

use dynamo_kv_router::protocols::{
    BlockHashOptions, LocalBlockHash, compute_block_hash_for_seq, compute_seq_hash_for_block,
};
use stator_bindings::binding;

/// The hash of each full block of tokens, by its tokens alone, as routers and workers of the original compute it.
///
/// `lora_name` and `cache_salt` keep blocks of other adapters and tenants apart.
#[binding]
pub fn block_hashes(
    token_ids: Vec<u32>,
    block_size: u32,
    lora_name: Option<String>,
    cache_salt: Option<String>,
) -> Vec<u64> {
    local_hashes(&token_ids, block_size, lora_name.as_deref(), cache_salt.as_deref())
        .into_iter()
        .map(|hash| hash.0)
        .collect()
}

/// The hash of each block together with all before it, from those of [`block_hashes`].
#[binding]
pub fn sequence_hashes(block_hashes: Vec<u64>) -> Vec<u64> {
    let hashes: Vec<LocalBlockHash> = block_hashes.into_iter().map(LocalBlockHash).collect();
    compute_seq_hash_for_block(&hashes)
}

pub(super) fn local_hashes(
    token_ids: &[u32],
    block_size: u32,
    lora_name: Option<&str>,
    cache_namespace: Option<&str>,
) -> Vec<LocalBlockHash> {
    let options = BlockHashOptions {
        lora_name,
        cache_namespace,
        ..Default::default()
    };
    compute_block_hash_for_seq(token_ids, block_size, options)
}

/** A block of tokens in an engine's cache. */
export interface StoredBlock {
  /** The engine's own name for it and all before it: 64 bits. */
  readonly block_hash: bigint;
  /** The hash of its tokens alone, as `blockHashes` gives it. */
  readonly tokens_hash: bigint;
}

/**
 * Where an engine says what happens to its cache. Nothing of it waits or throws, so that a scheduler can call it in the middle
 * of a step. `KvEventPublisher` tells the routers.
 */
export interface KvEventSink {
  /** Blocks that follow each other are in the cache now; `parentHash` is the block before them, null at the beginning of a prompt. */
  stored(parentHash: bigint | null, blocks: readonly StoredBlock[], dpRank?: number): void;
  /** Blocks are gone, and with each of them what follows it: it cannot be reached any more. */
  removed(blockHashes: readonly bigint[], dpRank?: number): void;
  /** Everything is gone. */
  cleared(dpRank?: number): void;
}

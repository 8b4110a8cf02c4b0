import type { StoredBlock } from "./kv-event-sink.ts";

/** Blocks that follow each other, and the one before them. */
export interface BlockRun {
  readonly parentHash: bigint | null;
  readonly blocks: StoredBlock[];
}

interface Entry {
  readonly parentHash: bigint | null;
  readonly tokensHash: bigint;
  readonly children: Set<bigint>;
}

/** The blocks that one cache has: what routers that come later are told. A block is there only together with all before it. */
export class CachedBlocks {
  /** A block comes behind its parent: it is stored later, and goes with it. */
  readonly #entries = new Map<bigint, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  has(blockHash: bigint): boolean {
    return this.#entries.has(blockHash);
  }

  /** Adds blocks that follow each other; gives those that are new, or null when the block before them is not there. */
  store(parentHash: bigint | null, blocks: readonly StoredBlock[]): BlockRun[] | null {
    if (parentHash !== null && !this.#entries.has(parentHash)) return null;
    const added: BlockRun[] = [];
    let before = parentHash;
    let run: BlockRun | null = null;
    for (const block of blocks) {
      if (this.#entries.has(block.block_hash)) {
        run = null;
      } else {
        this.#add(before, block);
        if (run === null) added.push((run = { parentHash: before, blocks: [] }));
        run.blocks.push(block);
      }
      before = block.block_hash;
    }
    return added;
  }

  /** Takes blocks out with all that follow them; gives those that were there, each before what follows it. */
  remove(blockHashes: readonly bigint[]): bigint[] {
    const removed: bigint[] = [];
    for (const blockHash of blockHashes) {
      const found = this.#entries.get(blockHash);
      if (found === undefined) continue;
      if (found.parentHash !== null) this.#entries.get(found.parentHash)?.children.delete(blockHash);
      const open = [blockHash];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        for (const child of this.#entries.get(next)?.children ?? []) open.push(child);
        this.#entries.delete(next);
        removed.push(next);
      }
    }
    return removed;
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.clear();
  }

  /** All blocks as runs of at most `most`: stored one after another they make the same cache. */
  *runs(most: number): Generator<BlockRun> {
    let run: BlockRun | null = null;
    let last: bigint | null = null;
    for (const [block_hash, { parentHash, tokensHash }] of this.#entries) {
      if (run === null || parentHash !== last || run.blocks.length >= most) {
        if (run !== null) yield run;
        run = { parentHash, blocks: [] };
      }
      run.blocks.push({ block_hash, tokens_hash: tokensHash });
      last = block_hash;
    }
    if (run !== null) yield run;
  }

  #add(parentHash: bigint | null, { block_hash, tokens_hash }: StoredBlock): void {
    this.#entries.set(block_hash, { parentHash, tokensHash: tokens_hash, children: new Set() });
    if (parentHash !== null) this.#entries.get(parentHash)?.children.add(block_hash);
  }
}

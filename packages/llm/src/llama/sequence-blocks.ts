import { blockHashes, sequenceHashes } from "../generated/index.ts";
import type { KvEventSink } from "../kv/kv-event-sink.ts";

/** Tells routers which blocks the sequences of a context remember: a block is there as long as one of them has it. */
export class SequenceBlocks {
  readonly #of = new Map<object, readonly bigint[]>();
  /** How many sequences have a block. */
  readonly #counts = new Map<bigint, number>();

  constructor(
    private readonly sink: KvEventSink,
    private readonly blockSize: number,
  ) {}

  /** Blocks that at least one sequence has. */
  get size(): number {
    return this.#counts.size;
  }

  /** A sequence has these tokens now, and no others. Only full blocks count. */
  now(sequence: object, tokens: readonly number[], cacheSalt: string | null): void {
    const local = blockHashes([...tokens], this.blockSize, null, cacheSalt);
    const hashes = sequenceHashes(local);
    const before = this.#of.get(sequence) ?? [];
    this.#of.set(sequence, hashes);
    for (const hash of hashes) this.#counts.set(hash, (this.#counts.get(hash) ?? 0) + 1);
    const gone = before.filter((hash) => {
      const left = (this.#counts.get(hash) ?? 1) - 1;
      if (left > 0) this.#counts.set(hash, left);
      else this.#counts.delete(hash);
      return left <= 0;
    });
    if (gone.length > 0) this.sink.removed(gone);
    const blocks = hashes.map((block_hash, index) => ({ block_hash, tokens_hash: local[index] ?? 0n }));
    if (blocks.length > 0) this.sink.stored(null, blocks);
  }
}

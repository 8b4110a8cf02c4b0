import { blockHashes, sequenceHashes } from "../generated/index.ts";
import { type BlockName } from "./kv-block.ts";

/** Keeps the blocks of adapters and tenants apart. */
export interface CacheScope {
  readonly loraName: string | null;
  readonly cacheSalt: string | null;
}

/** The names of the full blocks of a sequence that grows. */
export class BlockNames {
  readonly names: BlockName[] = [];
  private readonly hashes: bigint[] = [];

  constructor(
    private readonly blockSize: number,
    private readonly scope: CacheScope,
  ) {}

  /** The hash of each block together with all before it, of the blocks that are full in `tokens`. */
  of(tokens: readonly number[]): readonly bigint[] {
    const known = this.names.length * this.blockSize;
    if (tokens.length - known >= this.blockSize) this.add(tokens.slice(known));
    return this.hashes;
  }

  private add(tokens: number[]): void {
    const { loraName, cacheSalt } = this.scope;
    const own = blockHashes(tokens, this.blockSize, loraName, cacheSalt);
    const last = this.hashes.at(-1);
    // Each is the hash of the one before it and the block's own, so the chain goes on from its last link.
    const chained = last === undefined ? sequenceHashes(own) : sequenceHashes([last, ...own]).slice(1);
    for (const [index, hash] of chained.entries()) {
      this.names.push({ hash, tokensHash: own[index] ?? 0n, parent: this.hashes.at(-1) ?? null });
      this.hashes.push(hash);
    }
  }
}

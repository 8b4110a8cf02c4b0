import { blockHashes, sequenceHashes } from "../generated/index.ts";

/** What keeps equal tokens apart. */
export interface PromptScope {
  readonly loraName: string | null;
  readonly cacheSalt: string | null;
}

/** The full blocks of a prompt, by their hashes. */
export class PromptBlocks {
  /** Hashes of the tokens of each block alone. */
  readonly local: bigint[];
  /** Hashes of each block with all before it. */
  readonly sequence: BigUint64Array;
  /** Tokens of the prompt, those of the last block that is not full among them. */
  readonly tokens: number;

  constructor(tokenIds: readonly number[], blockSize: number, { loraName, cacheSalt }: PromptScope) {
    this.local = blockHashes([...tokenIds], blockSize, loraName, cacheSalt);
    this.sequence = BigUint64Array.from(sequenceHashes(this.local));
    this.tokens = tokenIds.length;
  }

  /** How many there are. */
  get count(): number {
    return this.sequence.length;
  }
}

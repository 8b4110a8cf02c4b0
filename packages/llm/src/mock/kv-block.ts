/** A block that a cache knows by what is in it. */
export interface BlockName {
  /** Names its tokens and all before them. */
  readonly hash: bigint;
  /** The hash of its tokens alone. */
  readonly tokensHash: bigint;
  /** The block before it; null for the first one of a prompt. */
  readonly parent: bigint | null;
}

/** Room for the keys and values of some tokens. */
export interface KvBlock {
  /** Requests that use it. */
  references: number;
  /** What is in it, once it is full and computed; null before. */
  name: BlockName | null;
}

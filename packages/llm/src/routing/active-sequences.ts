/** A request that a worker was chosen for. */
export interface ActiveSequence {
  readonly workerId: bigint;
  /** Tokens of its prompt that the worker has to compute. */
  readonly prefillTokens: number;
  /** Names of the full blocks of its prompt: shared with other requests of the worker. */
  readonly blocks: Iterable<bigint>;
  /** Blocks that nobody shares with it: the rest of its prompt, and what it will write. */
  readonly ownBlocks: number;
}

interface Held {
  readonly workerId: bigint;
  prefillTokens: number;
  readonly blocks: bigint[];
  readonly ownBlocks: number;
  readonly expiresAt: number;
}

/** What the requests of one worker take up. */
export interface WorkerLoad {
  readonly requests: number;
  readonly prefillTokens: number;
  readonly decodeBlocks: number;
}

interface Sum {
  requests: number;
  prefillTokens: number;
  ownBlocks: number;
  /** How many requests hold each block. */
  readonly blocks: Map<bigint, number>;
}

const NOTHING: WorkerLoad = { requests: 0, prefillTokens: 0, decodeBlocks: 0 };

/** The requests that workers were chosen for and that are not over, as far as this router has been told. */
export class ActiveSequences {
  /** In the order in which they expire. */
  readonly #held = new Map<string, Held>();
  readonly #workers = new Map<bigint, Sum>();
  readonly #ttlMs: number;

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#held.size;
  }

  has(requestId: string): boolean {
    return this.#held.has(requestId);
  }

  /** Counts a request; one with the same id is over. */
  add(requestId: string, sequence: ActiveSequence, now: number): void {
    this.free(requestId);
    const { workerId, prefillTokens, ownBlocks } = sequence;
    const blocks = [...sequence.blocks];
    this.#held.set(requestId, { workerId, prefillTokens, blocks, ownBlocks, expiresAt: now + this.#ttlMs });
    let sum = this.#workers.get(workerId);
    if (sum === undefined) {
      sum = { requests: 0, prefillTokens: 0, ownBlocks: 0, blocks: new Map() };
      this.#workers.set(workerId, sum);
    }
    sum.requests++;
    sum.prefillTokens += prefillTokens;
    sum.ownBlocks += ownBlocks;
    for (const block of blocks) sum.blocks.set(block, (sum.blocks.get(block) ?? 0) + 1);
  }

  /** The prompt has been read; false for a request that is not known. */
  prefillCompleted(requestId: string): boolean {
    const held = this.#held.get(requestId);
    if (held === undefined) return false;
    const sum = this.#workers.get(held.workerId);
    if (sum !== undefined) sum.prefillTokens -= held.prefillTokens;
    held.prefillTokens = 0;
    return true;
  }

  /** The request is over; false for one that is not known. */
  free(requestId: string): boolean {
    const held = this.#held.get(requestId);
    if (held === undefined) return false;
    this.#held.delete(requestId);
    const sum = this.#workers.get(held.workerId);
    if (sum === undefined) return true;
    sum.requests--;
    sum.prefillTokens -= held.prefillTokens;
    sum.ownBlocks -= held.ownBlocks;
    for (const block of held.blocks) {
      const count = sum.blocks.get(block) ?? 0;
      if (count > 1) sum.blocks.set(block, count - 1);
      else sum.blocks.delete(block);
    }
    if (sum.requests === 0) this.#workers.delete(held.workerId);
    return true;
  }

  /** Forgets those that should have been over long ago; gives how many. */
  expire(now: number): number {
    let expired = 0;
    for (const [requestId, { expiresAt }] of this.#held) {
      if (expiresAt > now) break;
      this.free(requestId);
      expired++;
    }
    return expired;
  }

  /** Forgets the requests of a worker that is gone. */
  removeWorker(workerId: bigint): void {
    if (!this.#workers.has(workerId)) return;
    for (const [requestId, held] of this.#held) if (held.workerId === workerId) this.free(requestId);
  }

  /** What a worker has to do. */
  load(workerId: bigint): WorkerLoad {
    const sum = this.#workers.get(workerId);
    if (sum === undefined) return NOTHING;
    const { requests, prefillTokens, ownBlocks, blocks } = sum;
    return { requests, prefillTokens, decodeBlocks: blocks.size + ownBlocks };
  }

  /** How many blocks at the beginning of a prompt its requests hold already. */
  shared(workerId: bigint, blocks: BigUint64Array): number {
    const held = this.#workers.get(workerId)?.blocks;
    if (held === undefined) return 0;
    let shared = 0;
    while (shared < blocks.length && held.has(blocks[shared] ?? 0n)) shared++;
    return shared;
  }
}

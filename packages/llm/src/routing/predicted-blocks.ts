import type { KvIndex } from "../generated/index.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";

interface Guess {
  readonly workerId: bigint;
  /** Each block's end of time, by its name; the oldest first. */
  readonly ends: Map<bigint, number>;
}

/** Guesses what workers have in their caches that do not say: what was sent to them stays for a while. */
export class PredictedBlocks {
  readonly #index: KvIndex;
  readonly #ttlMs: number;
  readonly #most: number;
  readonly #workers = new Map<bigint, Guess>();
  #size = 0;
  #errors = 0;

  constructor(index: KvIndex, ttlMs: number, most: number) {
    this.#index = index;
    this.#ttlMs = ttlMs;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Guesses that could not be entered. */
  get errors(): number {
    return this.#errors;
  }

  /** A prompt was sent to a worker: it will have its blocks. */
  add(workerId: bigint, prompt: PromptBlocks, now: number): void {
    const guess = this.#workers.get(workerId) ?? { workerId, ends: new Map<bigint, number>() };
    this.#workers.set(workerId, guess);
    const fresh = [...prompt.sequence].findIndex((block) => !guess.ends.has(block));
    // The last block first: a block has to outlive those behind it.
    for (const block of prompt.sequence.toReversed()) {
      if (guess.ends.delete(block)) this.#size--;
      guess.ends.set(block, now + this.#ttlMs);
      this.#size++;
    }
    if (fresh >= 0) {
      const { local, sequence } = prompt;
      const blocks = Array.from(sequence.subarray(fresh), (block_hash, at) => ({
        block_hash,
        tokens_hash: local[fresh + at] ?? 0n,
      }));
      this.#apply(workerId, { stored: { parent_hash: fresh === 0 ? null : (sequence[fresh - 1] ?? null), blocks } });
    }
    while (this.#size > this.#most && this.#dropOldest());
  }

  /** Forgets what has been there for long. */
  expire(now: number): void {
    for (const { workerId, ends } of this.#workers.values()) {
      const block_hashes: bigint[] = [];
      for (const [block, end] of ends) {
        if (end > now) break;
        block_hashes.push(block);
      }
      this.#remove(workerId, ends, block_hashes);
    }
  }

  /** Nothing more is guessed of a worker. What the index has of it stays. */
  forget(workerId: bigint): void {
    this.#size -= this.#workers.get(workerId)?.ends.size ?? 0;
    this.#workers.delete(workerId);
  }

  /** Drops a sixteenth of what the worker with the most has; false if nobody has anything. */
  #dropOldest(): boolean {
    let most: Guess | null = null;
    for (const guess of this.#workers.values()) if (guess.ends.size > (most?.ends.size ?? 0)) most = guess;
    if (most === null) return false;
    const blocks = [...most.ends.keys()].slice(0, Math.ceil(most.ends.size / 16));
    this.#remove(most.workerId, most.ends, blocks);
    return true;
  }

  #remove(workerId: bigint, ends: Map<bigint, number>, block_hashes: bigint[]): void {
    if (block_hashes.length === 0) return;
    for (const block of block_hashes) ends.delete(block);
    this.#size -= block_hashes.length;
    this.#apply(workerId, { removed: { block_hashes } });
  }

  #apply(worker_id: bigint, data: Parameters<KvIndex["apply"]>[0][number]["event"]["data"]): void {
    this.#errors += this.#index.apply([{ worker_id, event: { event_id: 0n, data } }]).length;
  }
}

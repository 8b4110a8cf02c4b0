import { StatorError } from "@stator/sdk";

/** What remembers tokens that it has read. */
export interface TokenSequence {
  readonly contextTokens: readonly number[];
}

interface Waiting<S> {
  readonly tokens: readonly number[];
  readonly give: (sequence: S) => void;
}

/** Sequences that answers take and give back, first come, first served; an answer gets the one that remembers most of its prompt. */
export class SequencePool<S extends TokenSequence> {
  readonly #free: S[];
  readonly #waiting = new Set<Waiting<S>>();

  constructor(
    sequences: readonly S[],
    /** How many may wait. */
    private readonly queue: number,
  ) {
    this.#free = [...sequences];
  }

  /** How many nobody has. */
  get free(): number {
    return this.#free.length;
  }

  /** How many answers wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Takes a sequence, as soon as there is one; null when the signal fires first.
   *
   * @throws StatorError `overloaded` when too many wait already.
   */
  async take(tokens: readonly number[], signal: AbortSignal): Promise<S | null> {
    if (signal.aborted) return null;
    const sequence = this.#best(tokens);
    if (sequence !== null) return sequence;
    if (this.#waiting.size >= this.queue) {
      throw new StatorError("overloaded", `All sequences are taken, and ${this.queue} requests wait already.`);
    }
    const { promise, resolve } = Promise.withResolvers<S | null>();
    const waiting = { tokens, give: resolve };
    const leave = (): void => {
      if (this.#waiting.delete(waiting)) resolve(null);
    };
    this.#waiting.add(waiting);
    signal.addEventListener("abort", leave, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  /** Gives a sequence back. */
  give(sequence: S): void {
    this.#free.push(sequence);
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    const best = this.#best(next.tokens);
    if (best !== null) next.give(best);
  }

  #best(tokens: readonly number[]): S | null {
    let [best, most] = [-1, -1];
    for (const [index, { contextTokens }] of this.#free.entries()) {
      // Among those that remember nothing of it, the one that has been free for longest.
      const common = commonPrefix(contextTokens, tokens);
      if (common > most) [best, most] = [index, common];
    }
    return best === -1 ? null : (this.#free.splice(best, 1)[0] ?? null);
  }
}

/** How many tokens two lists begin with alike. */
export function commonPrefix(one: readonly number[], other: readonly number[]): number {
  const most = Math.min(one.length, other.length);
  for (let at = 0; at < most; at++) if (one[at] !== other[at]) return at;
  return most;
}

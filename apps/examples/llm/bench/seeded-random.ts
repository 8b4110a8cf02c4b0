/** Numbers that only depend on the seed: the same trace for every router. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed + 1, 0x9e37_79b1) ^ 0x85eb_ca6b) >>> 0;
  }

  /** From 0 to below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** What lies between events that come at random, on average so much. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  /** Tokens of text that nobody else has. */
  tokens(count: number): number[] {
    return Array.from({ length: count }, () => this.between(3, 500));
  }
}

/** Latencies in microseconds: keeps the first two million, more than a point of two seconds makes. */
export class Samples {
  readonly #values = new Float32Array(1 << 21);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(microseconds: number): void {
    if (this.#count < this.#values.length) this.#values[this.#count++] = microseconds;
  }

  /** The values below which these shares of the samples lie. */
  percentiles(...shares: number[]): number[] {
    const sorted = this.#values.subarray(0, this.#count).toSorted();
    return shares.map((share) => sorted[Math.min(this.#count - 1, Math.floor(this.#count * share))] ?? Number.NaN);
  }
}

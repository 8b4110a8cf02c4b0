import type { Duration } from "../measure.ts";
import { Samples } from "./samples.ts";

/** The time that counts, what came in it, and how long it took. */
export class Window {
  readonly latency = new Samples();
  readonly #begin: number;
  readonly #end: number;
  readonly #measureMs: number;
  #counted = 0;

  constructor({ warmupMs, measureMs }: Duration) {
    this.#begin = performance.now() + warmupMs;
    this.#end = this.#begin + measureMs;
    this.#measureMs = measureMs;
  }

  /** Whether a new call or stream may still begin at this time. */
  isOpen(now: number): boolean {
    return now < this.#end;
  }

  /** Counts so many if the time counts. */
  count(amount: number, now: number): void {
    if (now >= this.#begin && now < this.#end) this.#counted += amount;
  }

  /** Keeps a latency if all of it lies in the time that counts. */
  first(started: number, now: number): void {
    if (started >= this.#begin && now < this.#end) this.latency.add((now - started) * 1000);
  }

  /** Counted per second. */
  get rate(): number {
    return this.#counted / (this.#measureMs / 1000);
  }
}

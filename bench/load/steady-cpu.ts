import { cpuTime } from "../cpu-time.ts";
import type { Duration } from "../measure.ts";

/** The time of the processor that this process and those of the worker take within the measured time. */
export class SteadyCpu {
  readonly #processes: readonly number[];
  readonly #timers: readonly Timer[];
  #begun: number | null = null;
  #ended: number | null = null;

  /** The measured time begins `warmupMs` from now. */
  constructor({ warmupMs, measureMs }: Duration, processes: readonly number[]) {
    this.#processes = processes;
    this.#timers = [
      setTimeout(() => {
        this.#begun = this.#spent();
      }, warmupMs),
      setTimeout(() => {
        this.#ended = this.#spent();
      }, warmupMs + measureMs),
    ];
  }

  /** Microseconds; null where the worker did not say which processes are its own. */
  take(): number | null {
    for (const timer of this.#timers) clearTimeout(timer);
    // The load ends with the measured time: its last look may come first.
    const ended = this.#ended ?? this.#spent();
    return this.#processes.length === 0 || this.#begun === null ? null : ended - this.#begun;
  }

  #spent(): number {
    return this.#processes.reduce((sum, pid) => sum + cpuTime(pid), cpuTime());
  }
}

import type { KvHeld } from "../generated/types/kv-held.ts";
import { StatorError } from "../stator-error.ts";
import type { KvPort } from "./kv-port.ts";

/** A lease: keys that were written with it go when it ends. It is renewed until it is released, or its runtime shuts down. */
export class KvLease implements AsyncDisposable {
  /** How long it outlives a holder that dies or is suspended, as it was granted. */
  readonly ttlMs: number;
  /** @internal */
  readonly number: number;
  readonly #port: KvPort;
  readonly #lost = new AbortController();
  #released: Promise<void> | null = null;

  /** @internal */
  constructor(port: KvPort, number: number, held: KvHeld) {
    this.#port = port;
    this.number = number;
    this.ttlMs = held.ttlMs;
    port.await({ do: "lost", held: number }).catch((reason: unknown) => {
      if (this.#released !== null) return;
      // It is over in the core too; the number is free.
      this.#released = Promise.resolve();
      port.tell({ do: "release", held: number });
      this.#lost.abort(reason);
    });
  }

  /**
   * Fires when it was lost: because this process was suspended for longer than `ttlMs`, the back end was away as long or
   * lost its data, or somebody took it away (`reason.code` is `conflict`); or because the runtime shut down
   * (`shutting_down`). It does not fire after `release()`.
   */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Whether it is held, as far as this process knows. Only a write with `guard` is sure of it. */
  get isHeld(): boolean {
    return this.#released === null;
  }

  /** Gives it up. Harmless a second time, and when it is lost. */
  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  /** As `release()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #release(): Promise<void> {
    try {
      await this.#port.ask({ do: "release", held: this.number });
    } catch (error) {
      // The runtime gives up everything that it holds.
      if (!(error instanceof StatorError) || error.code !== "shutting_down") throw error;
    }
  }
}

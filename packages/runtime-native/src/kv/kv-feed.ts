import { checkSignal } from "../calling/check-call-options.ts";
import type { KvBatch } from "../generated/types/kv-batch.ts";
import type { KvWatched } from "../generated/types/kv-watched.ts";
import { orAborted } from "../or-aborted.ts";
import type { KvPort } from "./kv-port.ts";

/** A watch of the core, batch by batch. */
export class KvFeed {
  /** Resolves when every later change will be told. */
  readonly ready: Promise<void>;
  readonly #port: KvPort;
  readonly #number: number;
  readonly #signal: AbortSignal | undefined;
  readonly #opened: Promise<void>;
  /** Whoever reads wants no more, so how it ends is of no interest. */
  #ended = false;
  #closed = false;

  constructor(port: KvPort, of: KvWatched, signal: AbortSignal | undefined) {
    checkSignal(signal);
    this.#port = port;
    this.#number = port.number();
    this.#signal = signal;
    this.#opened = port.ask({ do: "watch", watch: this.#number, of });
    this.ready = orAborted(this.#opened, signal, "the watch was aborted");
    // Whoever reads hears of it too.
    this.ready.catch(() => this.#close());
  }

  /** Everything until the watch ends. */
  async *batches(): AsyncGenerator<KvBatch, void, void> {
    try {
      await this.ready;
      for (;;) yield await this.#port.ask<KvBatch>({ do: "next", watch: this.#number }, this.#signal);
    } catch (error) {
      if (!this.#ended) throw error;
    } finally {
      this.#close();
    }
  }

  /** Ends the watch, and a read that is under way. */
  end(): void {
    this.#ended = true;
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Not before there is something to end.
    this.#opened.then(
      () => this.#port.tell({ do: "unwatch", watch: this.#number }),
      () => {},
    );
  }
}

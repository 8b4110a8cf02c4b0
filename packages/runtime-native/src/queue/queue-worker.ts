import type { Logger } from "../logger.ts";
import { StatorError } from "../stator-error.ts";
import type { QueueJob } from "./queue-job.ts";
import type { QueueTaker } from "./queue-taker.ts";

/** What a worker does with a job. A promise that it returns is waited for. */
export type QueueHandler<Value> = (job: QueueJob<Value>) => unknown;

export interface WorkerSettings {
  readonly concurrency: number;
  readonly retryDelayMs: (deliveries: number, error: unknown) => number;
  readonly signal: AbortSignal | undefined;
  readonly log: Logger;
}

/**
 * Works through a queue: what its handler returns from is done, what it throws at comes again. `await using` stops it at
 * the end of the block; the shutdown of its runtime does too.
 */
export class QueueWorker<Value> implements AsyncDisposable {
  /**
   * Resolves when the worker has stopped and its jobs have ended; rejects when it could not go on, as with
   * `permission_denied`, or `not_found` when the queue was deleted.
   */
  readonly done: Promise<void>;
  readonly #taker: QueueTaker<Value>;
  readonly #handler: QueueHandler<Value>;
  readonly #settings: WorkerSettings;
  readonly #stop = (): void => this.#taker.stop();

  /** @internal */
  constructor(taker: QueueTaker<Value>, handler: QueueHandler<Value>, settings: WorkerSettings) {
    this.#taker = taker;
    this.#handler = handler;
    this.#settings = settings;
    const { signal, concurrency } = settings;
    if (signal?.aborted === true) this.#stop();
    else signal?.addEventListener("abort", this.#stop, { once: true });
    this.done = this.#all(Array.from({ length: concurrency }, () => this.#one()));
    // Who stops it hears of it, and whoever looks at `done`.
    this.done.catch(() => {});
  }

  /** Takes no more jobs, and waits for those that it has. Rejects as `done` does. */
  stop(): Promise<void> {
    this.#stop();
    return this.done;
  }

  /** As `stop()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #all(workers: Promise<void>[]): Promise<void> {
    const ended = await Promise.allSettled(workers);
    this.#settings.signal?.removeEventListener("abort", this.#stop);
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  }

  async #one(): Promise<void> {
    try {
      for (;;) {
        const job = await this.#taker.take();
        if (job === null) return;
        await this.#run(job);
      }
    } catch (error) {
      this.#stop();
      // The runtime ends in order: so does the worker.
      if (!(error instanceof StatorError) || error.code !== "shutting_down") throw error;
    }
  }

  async #run(job: QueueJob<Value>): Promise<void> {
    const fields = { job: job.id, deliveries: job.deliveries };
    try {
      try {
        await this.#handler(job);
      } catch (error) {
        this.#settings.log.warn("a job failed", { ...fields, error });
        if (!job.isSettled) await job.nack({ delayMs: this.#settings.retryDelayMs(job.deliveries, error), error });
        return;
      }
      if (!job.isSettled) await job.ack();
    } catch (error) {
      this.#settings.log.warn("the answer to a job did not arrive; it may come again", { ...fields, error });
      // Or its time would be extended for ever.
      job.giveBack();
    }
  }
}

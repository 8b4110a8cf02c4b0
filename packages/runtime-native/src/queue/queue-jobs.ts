import type { QueueJob } from "./queue-job.ts";
import type { QueueTaker } from "./queue-taker.ts";

/**
 * Jobs as they come. Read them with `for await`; each is asked for when the loop is ready for it, so that none waits here
 * while its time runs. Leaving the loop leaves the job that it has as it is.
 */
export class QueueJobs<Value> implements AsyncIterableIterator<QueueJob<Value>, void>, AsyncDisposable {
  readonly #taker: QueueTaker<Value>;
  #ended = false;

  /** @internal */
  constructor(taker: QueueTaker<Value>) {
    this.#taker = taker;
  }

  /** The next job; done when none came in `waitMs`, or the loop was left. */
  async next(): Promise<IteratorResult<QueueJob<Value>, void>> {
    if (this.#ended) return { done: true, value: undefined };
    try {
      const job = await this.#taker.take();
      if (job !== null) return { done: false, value: job };
    } catch (error) {
      this.#ended = true;
      throw error;
    }
    this.#ended = true;
    return { done: true, value: undefined };
  }

  /** Ends the loop; a wait for a job that is under way ends too. */
  async return(): Promise<IteratorResult<QueueJob<Value>, void>> {
    this.#ended = true;
    this.#taker.stop();
    return { done: true, value: undefined };
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

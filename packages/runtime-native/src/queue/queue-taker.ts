import { checkedBy } from "../checked-by.ts";
import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import type { QueueJob as TakenJob } from "../generated/types/queue-job.ts";
import { orAborted } from "../or-aborted.ts";
import { errorText } from "./error-text.ts";
import { QueueJob } from "./queue-job.ts";
import type { QueuePort } from "./queue-port.ts";
import { valueOf } from "./queue-value.ts";

/** How one of them takes jobs. */
export interface TakerOptions {
  readonly waitMs: number | null;
  readonly signal: AbortSignal | undefined;
  /** Whether the time of a job is extended until its answer. */
  readonly keep: boolean;
}

/** Takes jobs of one queue, one at a time for each who asks. Nothing is fetched that nobody has asked for. */
export class QueueTaker<Value> {
  readonly #port: QueuePort;
  readonly #open: () => Promise<number>;
  readonly #schema: StandardSchemaV1 | undefined;
  readonly #options: TakerOptions;
  /** Jobs that are waited for. */
  readonly #awaited = new Set<number>();
  readonly #whenStopped = Promise.withResolvers<null>();
  #queue: number | null = null;
  #stopped = false;

  constructor(
    port: QueuePort,
    open: () => Promise<number>,
    schema: StandardSchemaV1 | undefined,
    options: TakerOptions,
  ) {
    this.#port = port;
    this.#open = open;
    this.#schema = schema;
    this.#options = options;
  }

  /** The next job whose value fits; null when none came in time, or this one was stopped. */
  async take(): Promise<QueueJob<Value> | null> {
    // Raced once: what stops it would remember every race for as long as it lives.
    const queue = (this.#queue ??= await Promise.race([this.#opened(), this.#whenStopped.promise]));
    while (queue !== null && !this.#stopped) {
      const number = this.#port.number();
      const taken = await this.#await(queue, number);
      if (taken === null) return null;
      const job = await this.#read(number, taken);
      if (job !== null) return job;
    }
    return null;
  }

  /** Nothing is taken any more; what was on its way goes to others. */
  stop(): void {
    this.#stopped = true;
    this.#whenStopped.resolve(null);
    for (const job of this.#awaited) this.#port.tell({ do: "give-back", job });
  }

  #opened(): Promise<number> {
    return orAborted(this.#open(), this.#options.signal, "the wait for the queue was aborted");
  }

  async #await(queue: number, job: number): Promise<TakenJob | null> {
    const { waitMs, signal, keep } = this.#options;
    this.#awaited.add(job);
    try {
      const taken = await this.#port.ask<TakenJob | null>({ do: "take", queue, job, waitMs, keep }, signal);
      return this.#stopped ? null : taken;
    } catch (error) {
      // The core may have one by now, or be about to.
      this.#port.tell({ do: "give-back", job });
      if (this.#stopped) return null;
      throw error;
    } finally {
      this.#awaited.delete(job);
    }
  }

  /** The job, or null when its value will not do: it is a dead letter then. */
  async #read(number: number, taken: TakenJob): Promise<QueueJob<Value> | null> {
    try {
      const value = valueOf(taken.value);
      const what = `the value of the job ${JSON.stringify(taken.id)}`;
      const checked =
        this.#schema === undefined ? value : await checkedBy(this.#schema, value, "invalid_request", what);
      return new QueueJob<Value>(this.#port, number, taken, checked as Value);
    } catch (error) {
      // If that fails, the job comes again.
      await this.#port
        .ask({ do: "reject", job: number, reason: "invalid", error: errorText(error) })
        .catch(() => this.#port.tell({ do: "give-back", job: number }));
      return null;
    }
  }
}

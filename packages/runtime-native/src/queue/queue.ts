import { checkSignal } from "../calling/check-call-options.ts";
import { checkedBy } from "../checked-by.ts";
import type { QueueOpening } from "../generated/types/queue-opening.ts";
import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import type { LogSettings } from "../log-settings.ts";
import { createLogger } from "../logger.ts";
import { milliseconds } from "../milliseconds.ts";
import { StatorError } from "../stator-error.ts";
import { DeadLetters } from "./dead-letters.ts";
import { QueueJobs } from "./queue-jobs.ts";
import { queueOpening } from "./queue-opening.ts";
import type {
  QueueInfo,
  QueueOptions,
  QueuePutOptions,
  QueuePutResult,
  QueueTakeOptions,
  QueueWorkOptions,
} from "./queue-options.ts";
import type { QueuePort } from "./queue-port.ts";
import { QueueTaker, type TakerOptions } from "./queue-taker.ts";
import { queueValue } from "./queue-value.ts";
import { type QueueHandler, QueueWorker } from "./queue-worker.ts";

const MAX_CONCURRENCY = 10_000;
const RETRY_MS = { first: 1000, most: 60_000 };

/**
 * A durable queue of jobs: each goes to one worker, and comes again until a worker says that it is done. `Put` is what goes
 * in, `Value` what comes out; they differ where a schema changes values.
 *
 * The queue is opened with the first use, and made if there is none. Everything fails with `invalid_argument`; `conflict`
 * when there is one with other options; `unavailable` or `permission_denied` when NATS cannot be used; `not_found` when the
 * queue was deleted, once: the next use makes it anew; and `shutting_down`.
 */
export class Queue<Value = unknown, Put = Value> {
  /** What it was opened by. */
  readonly name: string;
  /** The jobs that were given up. */
  readonly deadLetters: DeadLetters;
  readonly #port: QueuePort;
  readonly #log: LogSettings;
  readonly #schema: StandardSchemaV1 | undefined;
  readonly #opening: QueueOpening;

  /** @internal */
  constructor(port: QueuePort, log: LogSettings, name: string, options: QueueOptions) {
    this.name = name;
    this.#port = port;
    this.#log = log;
    this.#schema = options.schema;
    this.#opening = queueOpening(options);
    this.deadLetters = new DeadLetters(port, () => this.#open());
  }

  /**
   * Puts a job: bytes as they are, anything else as JSON, or as msgpack if bytes or a `Map` stand inside. Resolves once it
   * is stored.
   *
   * @throws StatorError `overloaded` when the queue is full; `payload_too_large`; `unavailable` when NATS was not reached in
   * time; `unknown_outcome` when it was lost after it may have stored the job: putting it again with the same id, which the
   * message tells, stores it once.
   */
  async put(value: Put, options: QueuePutOptions = {}): Promise<QueuePutResult> {
    // Now, as the caller may change it meanwhile.
    const stored = queueValue(value);
    const { id = null } = options;
    const waitMs = milliseconds("waitMs", options.waitMs, 0);
    if (this.#schema !== undefined) {
      await checkedBy(this.#schema, value, "invalid_argument", `the job for the queue ${JSON.stringify(this.name)}`);
    }
    return this.#port.ask({ do: "put", queue: await this.#open(), id, value: stored, waitMs });
  }

  /** Takes jobs one after the other, each when the loop is ready for it. Each needs an answer: see {@link QueueJob}. */
  take(options: QueueTakeOptions = {}): QueueJobs<Value> {
    const waitMs = milliseconds("waitMs", options.waitMs, 0);
    return new QueueJobs(this.#taker({ waitMs, signal: options.signal, keep: false }));
  }

  /**
   * Works through the queue until it is stopped: a job is acked when the handler returns, and comes again when it throws.
   * Its time is extended while the handler runs. A handler may answer itself, as with `job.reject()`.
   */
  work(handler: QueueHandler<Value>, options: QueueWorkOptions = {}): QueueWorker<Value> {
    const { concurrency = 1, retryDelayMs = backOff, signal } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
      const message = `concurrency is ${String(concurrency)}; give an integer from 1 to ${MAX_CONCURRENCY}`;
      throw new StatorError("invalid_argument", message);
    }
    if (typeof retryDelayMs !== "function") milliseconds("retryDelayMs", retryDelayMs, 0);
    const taker = this.#taker({ waitMs: null, signal: undefined, keep: true });
    checkSignal(signal);
    return new QueueWorker(taker, handler, {
      concurrency,
      retryDelayMs: typeof retryDelayMs === "function" ? retryDelayMs : () => retryDelayMs,
      signal,
      log: createLogger(() => ({ queue: this.name }), this.#log),
    });
  }

  /** How full it is, or was a moment ago. */
  async info(): Promise<QueueInfo> {
    return this.#port.ask({ do: "info", queue: await this.#open() });
  }

  /** Removes the queue with its jobs and dead letters, for everybody. */
  async delete(): Promise<void> {
    await this.#port.ask({ do: "delete", queue: await this.#open() });
  }

  #taker(options: TakerOptions): QueueTaker<Value> {
    checkSignal(options.signal);
    return new QueueTaker(this.#port, () => this.#open(), this.#schema, options);
  }

  #open(): Promise<number> {
    return this.#port.open(this.name, this.#opening);
  }
}

function backOff(deliveries: number): number {
  return Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(deliveries - 1, 20));
}

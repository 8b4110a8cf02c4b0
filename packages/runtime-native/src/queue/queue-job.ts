import type { QueueJob as TakenJob } from "../generated/types/queue-job.ts";
import { milliseconds } from "../milliseconds.ts";
import { StatorError } from "../stator-error.ts";
import { errorText } from "./error-text.ts";
import type { QueueNackOptions } from "./queue-options.ts";
import type { QueuePort } from "./queue-port.ts";

/**
 * A job that was taken. It comes again, perhaps to somebody else, unless it is answered within the queue's `ackWaitMs`.
 *
 * Every answer fails with `conflict` when the time was over or there was one already, with `unavailable` or
 * `unknown_outcome` when NATS was lost: then the job may come again.
 */
export class QueueJob<Value> {
  /** What was put, as the schema gives it back. */
  readonly value: Value;
  /** The id that it was put with. */
  readonly id: string;
  /** How many times it was given to somebody, this time included. */
  readonly deliveries: number;
  /** When it was put, by the clock of the back end. */
  readonly putAt: Date;
  readonly #port: QueuePort;
  readonly #number: number;
  #settled = false;

  /** @internal */
  constructor(port: QueuePort, number: number, taken: TakenJob, value: Value) {
    this.#port = port;
    this.#number = number;
    this.value = value;
    this.id = taken.id;
    this.deliveries = taken.deliveries;
    this.putAt = new Date(taken.putAt);
  }

  /** Whether it was answered, with success. An extension is no answer. */
  get isSettled(): boolean {
    return this.#settled;
  }

  /** It is done, and goes. */
  async ack(): Promise<void> {
    await this.#port.ask({ do: "ack", job: this.#number });
    this.#settled = true;
  }

  /** It is to come again. After the last delivery that the queue allows it is a dead letter. */
  async nack(options: QueueNackOptions = {}): Promise<void> {
    const delayMs = milliseconds("delayMs", options.delayMs ?? 0, 0);
    if (delayMs === null) throw new StatorError("invalid_argument", "delayMs is Infinity; give at most 7 days");
    await this.#port.ask({ do: "nack", job: this.#number, delayMs, error: errorText(options.error) });
    this.#settled = true;
  }

  /** It takes longer: the time for an answer begins anew. */
  async extend(): Promise<void> {
    await this.#port.ask({ do: "extend", job: this.#number });
  }

  /**
   * Nobody can do it: it is a dead letter at once, for that reason, however often it was delivered.
   *
   * @throws StatorError `overloaded` when there is no room for dead letters; it comes again then.
   */
  async reject(reason?: unknown): Promise<void> {
    await this.#port.ask({ do: "reject", job: this.#number, reason: "rejected", error: errorText(reason) });
    this.#settled = true;
  }

  /**
   * Nobody works on it here any more: it comes again at once, unless it was answered.
   *
   * @internal
   */
  giveBack(): void {
    this.#port.tell({ do: "give-back", job: this.#number });
  }
}

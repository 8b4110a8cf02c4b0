import type { QueueDeadLetter } from "../generated/types/queue-dead-letter.ts";
import type { QueueDeadPage } from "../generated/types/queue-dead-page.ts";
import { StatorError } from "../stator-error.ts";
import type { QueuePort } from "./queue-port.ts";
import { valueOf } from "./queue-value.ts";

const LIMIT = 100;

/** A job that is not delivered any more. */
export class DeadLetter {
  /** Numbers the dead letters of a queue; larger ones died later. */
  readonly number: bigint;
  /** The id of the job. */
  readonly id: string;
  /**
   * `max-deliveries`: it was delivered as often as the queue allows, and never done. `rejected`: a worker said that nobody
   * can do it. `invalid`: its value cannot be read, or does not fit the schema.
   */
  readonly reason: "max-deliveries" | "rejected" | "invalid";
  /** What the last worker said of it; null when it said nothing, as one that was killed. */
  readonly error: string | null;
  /** How many times it was given to somebody. */
  readonly deliveries: number;
  /** When it was put, by the clock of the back end. */
  readonly putAt: Date;
  /** When it was given up. */
  readonly deadAt: Date;
  readonly #value: QueueDeadLetter["value"];

  /** @internal */
  constructor(letter: QueueDeadLetter) {
    this.number = BigInt(letter.number);
    this.id = letter.id;
    this.reason = letter.reason;
    this.error = letter.error ?? null;
    this.deliveries = letter.deliveries;
    this.putAt = new Date(letter.putAt);
    this.deadAt = new Date(letter.deadAt);
    this.#value = letter.value;
  }

  /**
   * The value of the job, which no schema has checked.
   *
   * @throws StatorError `invalid_response` when it cannot be read.
   */
  get value(): unknown {
    try {
      return valueOf(this.#value);
    } catch (cause) {
      throw new StatorError("invalid_response", `the value of the job ${JSON.stringify(this.id)} cannot be read`, {
        cause,
      });
    }
  }
}

/** A part of the dead letters. */
export interface DeadLetterPage {
  /** In the order of their deaths. */
  readonly letters: readonly DeadLetter[];
  /** `after` for the next page; null when there is none. */
  readonly next: bigint | null;
}

/** What to list. */
export interface DeadLetterListOptions {
  /** The most letters, 1 to 1000. Default 100. A page ends early when it has 8 MiB. */
  readonly limit?: number | undefined;
  /** Only letters after this one: `next` of the page before. */
  readonly after?: bigint | undefined;
}

/** The jobs of a queue that were given up. `for await` reads them all. */
export class DeadLetters implements AsyncIterable<DeadLetter> {
  readonly #port: QueuePort;
  readonly #open: () => Promise<number>;

  /** @internal */
  constructor(port: QueuePort, open: () => Promise<number>) {
    this.#port = port;
    this.#open = open;
  }

  /** A page of them. */
  async list(options: DeadLetterListOptions = {}): Promise<DeadLetterPage> {
    const { limit = LIMIT, after = 0n } = options;
    if (!Number.isInteger(limit) || limit < 1 || limit > 0xffff_ffff) {
      throw new StatorError("invalid_argument", `limit is ${String(limit)}; give an integer from 1 to 1000`);
    }
    const page = await this.#port.ask<QueueDeadPage>({
      do: "dead",
      queue: await this.#open(),
      after: numberOf("after", after),
      limit,
    });
    const letters = page.letters.map((letter) => new DeadLetter(letter));
    return { letters, next: page.more ? (letters.at(-1)?.number ?? null) : null };
  }

  /** All of them, a page at a time. */
  async *[Symbol.asyncIterator](): AsyncGenerator<DeadLetter, void, void> {
    let after: bigint | null = 0n;
    while (after !== null) {
      const page: DeadLetterPage = await this.list({ after });
      yield* page.letters;
      after = page.next;
    }
  }

  /**
   * Puts a dead letter back into its queue, or all that are there, as jobs that were never delivered; gives how many.
   *
   * @throws StatorError `overloaded` when the queue is full; those before that were put back.
   */
  async requeue(letter?: { readonly number: bigint }): Promise<number> {
    return this.#port.ask({ do: "requeue", queue: await this.#open(), letter: letterOf(letter) });
  }

  /** Removes a dead letter, or all, for good; gives how many. */
  async purge(letter?: { readonly number: bigint }): Promise<number> {
    return this.#port.ask({ do: "purge", queue: await this.#open(), letter: letterOf(letter) });
  }
}

function letterOf(letter: { readonly number: bigint } | undefined): string | null {
  return letter === undefined ? null : numberOf("number", letter.number);
}

function numberOf(what: string, number: bigint): string {
  if (typeof number === "bigint") return number.toString();
  throw new StatorError("invalid_argument", `${what} is ${String(number)}; give the bigint of a dead letter`);
}

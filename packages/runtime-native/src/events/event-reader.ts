import { ItemQueue } from "../calling/item-queue.ts";
import { Reader } from "../calling/reader.ts";
import type { Bridge } from "../crossing/bridge.ts";
import { OPERATION } from "../crossing/operation.ts";
import { type Arrived, decodePayload } from "../crossing/payload.ts";
import type { ArrivedEvent, SubscriptionEvents } from "../crossing/receivers.ts";
import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import { createLogger } from "../logger.ts";
import type { RuntimeCore } from "../runtime-core.ts";
import { StatorError } from "../stator-error.ts";
import type { PublishedEvent } from "./published-event.ts";
import { checkSubscribeOptions, type SubscribeOptions } from "./subscribe-options.ts";
import type { Subscription } from "./subscription.ts";

/** A subscription from its start to its last event. What waits is in the core, but for a small part. */
export class EventReader<T> implements Subscription<T>, SubscriptionEvents {
  readonly topic: string;
  readonly ready: Promise<void>;
  readonly #core: RuntimeCore;
  readonly #scope: string;
  readonly #number: number;
  readonly #schema: StandardSchemaV1 | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #queue = new ItemQueue<ArrivedEvent>();
  #reader: Reader<ArrivedEvent | null> | null = null;
  #open = true;
  #error: StatorError | null = null;
  #claimed = false;
  /** Cost of what has come since the core was told. It is told only when all of it has been read. */
  #received = 0;
  #dropped = 0;
  #skipped = 0;

  /** Throws `invalid_argument` for options that will not do. */
  constructor(core: RuntimeCore, scope: string, topic: string, options: SubscribeOptions) {
    checkTopic(topic);
    checkSubscribeOptions(options);
    this.topic = topic;
    this.#core = core;
    this.#scope = scope;
    this.#schema = options.schema;
    this.#signal = options.signal;
    this.#number = this.#bridge.number();
    this.ready = this.#begin(options.capacity ?? null);
    // Whoever awaits it, and the loop, still get the error.
    this.ready.catch((error: unknown) => this.ended(error as StatorError));
  }

  get dropped(): number {
    return this.#dropped;
  }

  get skipped(): number {
    return this.#skipped;
  }

  get #bridge(): Bridge {
    return this.#core.bridge;
  }

  [Symbol.asyncIterator](): AsyncIterator<PublishedEvent<T>, undefined> {
    if (this.#claimed) {
      throw new StatorError(
        "invalid_argument",
        "this subscription is being read already; subscribe again to read twice",
      );
    }
    this.#claimed = true;
    return {
      next: () => this.#next(),
      return: () => {
        this.close();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  close(): void {
    this.#queue.clear();
    this.ended(null);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  arrived(event: ArrivedEvent, dropped: number): void {
    if (!this.#open) return;
    this.#dropped = dropped;
    this.#received += event.cost;
    const reader = this.#reader;
    if (reader === null) {
      this.#queue.push(event);
      return;
    }
    this.#reader = null;
    reader.resolve(event);
  }

  ended(error: StatorError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#error = error;
    this.#bridge.receivers.subscriptions.delete(this.#number);
    this.#bridge.keepAlive.remove();
    this.#signal?.removeEventListener("abort", this.#abort);
    void this.#unsubscribe();
    const reader = this.#reader;
    if (reader === null) return;
    this.#reader = null;
    this.#error = null;
    if (error === null) reader.resolve(null);
    else reader.reject(error);
  }

  async #begin(capacity: number | null): Promise<void> {
    const { receivers, keepAlive } = this.#bridge;
    keepAlive.add();
    receivers.subscriptions.set(this.#number, this);
    this.#signal?.addEventListener("abort", this.#abort, { once: true });
    if (this.#signal?.aborted === true) {
      // Not before the constructor is done.
      await Promise.resolve();
      this.close();
      return;
    }
    await this.#bridge.command({
      type: "subscribe",
      subscription: this.#number,
      scope: this.#scope,
      topic: this.topic,
      capacity,
    });
  }

  /** Tells the core, once it has answered the beginning. */
  async #unsubscribe(): Promise<void> {
    try {
      await this.ready;
      await this.#bridge.command({ type: "unsubscribe", subscription: this.#number });
    } catch {
      // It never began, or the runtime has shut down.
    }
  }

  readonly #abort = (): void => this.close();

  async #next(): Promise<IteratorResult<PublishedEvent<T>, undefined>> {
    for (;;) {
      const event = await this.#take();
      if (event === null) return { done: true, value: undefined };
      const { publisherId, sequence, publishedAt } = event;
      const checked = await this.#check(event.payload);
      if (checked === null) continue;
      return { done: false, value: { payload: checked.value, topic: this.topic, publisherId, sequence, publishedAt } };
    }
  }

  #take(): Promise<ArrivedEvent | null> {
    const queue = this.#queue;
    if (queue.length > 0) return Promise.resolve(queue.shift());
    if (!this.#open) {
      const error = this.#error;
      this.#error = null;
      return error === null ? Promise.resolve(null) : Promise.reject(error);
    }
    if (this.#reader !== null) {
      return Promise.reject(new StatorError("invalid_argument", "next() was called while another next() is waiting"));
    }
    if (this.#received > 0) {
      this.#bridge.outbox.push(OPERATION.eventsTaken, this.#number, null, this.#received);
      this.#received = 0;
    }
    this.#reader = new Reader();
    return this.#reader.promise;
  }

  /** The payload as the schema gives it back; null if it does not fit, or cannot be read. */
  async #check(payload: Arrived): Promise<{ value: T } | null> {
    let value: unknown;
    try {
      value = decodePayload(payload);
    } catch (thrown) {
      return this.#skip("an event that cannot be read was skipped", thrown instanceof Error ? thrown.message : null);
    }
    if (this.#schema === undefined) return { value: value as T };
    const result = await this.#schema["~standard"].validate(value);
    if (result.issues === undefined) return { value: result.value as T };
    return this.#skip("an event that does not fit the schema was skipped", result.issues[0]?.message ?? null);
  }

  #skip(message: string, issue: string | null): null {
    if (this.#skipped++ === 0) {
      createLogger(() => ({ scope: this.#scope, topic: this.topic, issue }), this.#core.log).warn(message);
    }
    return null;
  }
}

/** Calls without types may pass anything; what a topic may be is for the core to say. */
export function checkTopic(topic: string): void {
  if (typeof topic !== "string") {
    throw new StatorError("invalid_argument", `the topic is a ${typeof topic}; it must be a string`);
  }
  if (!topic.isWellFormed()) {
    throw new StatorError("invalid_argument", "the topic has a lone surrogate, which cannot be written as UTF-8");
  }
}

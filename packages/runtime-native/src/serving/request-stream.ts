import { ItemQueue } from "../calling/item-queue.ts";
import type { Outbox } from "../crossing/outbox.ts";
import { OPERATION } from "../crossing/operation.ts";
import { StatorError } from "../stator-error.ts";

/** What a caller sends, as a handler reads it. It can be read once; what was sent before an error comes before it. */
export class RequestStream<T> implements AsyncIterableIterator<T, undefined> {
  readonly #outbox: Outbox;
  readonly #call: number;
  readonly #queue = new ItemQueue<T>();
  /** Cost of what has come since credit was given. That is given only when all of it has been read. */
  #received = 0;
  #ended = false;
  #error: StatorError | null = null;
  #wake: (() => void) | null = null;

  constructor(outbox: Outbox, call: number) {
    this.#outbox = outbox;
    this.#call = call;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#wake !== null) {
      throw new StatorError("invalid_argument", "next() was called while another next() is waiting");
    }
    while (this.#queue.length === 0) {
      const error = this.#error;
      if (error !== null) {
        // Told once; then the stream is over, as any that has thrown.
        this.#error = null;
        this.#ended = true;
        throw error;
      }
      if (this.#ended) return { done: true, value: undefined };
      if (this.#received > 0) {
        this.#outbox.push(OPERATION.taken, this.#call, null, this.#received);
        this.#received = 0;
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    return { done: false, value: this.#queue.shift() };
  }

  /** The handler wants no more: the caller's source stops at its credit, and ends with the call. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#queue.clear();
    this.#error = null;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  push(item: T, cost: number): void {
    if (this.#ended) return;
    this.#received += cost;
    this.#queue.push(item);
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  fail(error: StatorError): void {
    if (this.#ended) return;
    this.#error ??= error;
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

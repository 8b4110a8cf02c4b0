import { type Bridge, type CallEvents, instanceOf } from "../crossing/bridge.ts";
import { OPERATION } from "../crossing/operation.ts";
import { decodeText } from "../crossing/payload.ts";
import type { ServedContext } from "../serving/served-context.ts";
import { StatorError } from "../stator-error.ts";
import { ItemQueue } from "./item-queue.ts";

/** What a reader waits with. */
interface Reader<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** What waits for the only item. */
interface Single<T> {
  resolve(item: T): void;
  reject(error: unknown): void;
}

/** What a call is started with. */
export interface CallStart {
  readonly bridge: Bridge;
  readonly number: number;
  readonly id: string | null;
  readonly signal: AbortSignal | undefined;
  /** The served call that this one is made for. */
  readonly parent: ServedContext | undefined;
}

/**
 * What a call gives back: the items as they come (`for await`), the only item (`one()`), or a Web stream.
 *
 * The call has started when this exists. It buffers as much as its credit (`streamWindowBytes`) allows; the worker's
 * generator stops there. It is cancelled by `break`, by `cancel()`, by its signal, when its caller's own call ends, and
 * when nobody reads for `unreadTimeoutMs`. An error that nobody reads is dropped, never an unhandled rejection.
 */
export class ResponseStream<T> implements AsyncIterable<T>, AsyncDisposable, CallEvents {
  readonly #start: CallStart;
  /** Made when an item comes that nobody waits for. */
  #queue: ItemQueue<T> | null = null;
  #reader: Reader<T> | null = null;
  #single: Single<T> | null = null;
  #open = true;
  #error: StatorError | null = null;
  #used = false;
  #read = 0;
  #low = 0;
  #high = 0;
  /** Set while a request stream must wait. */
  #unblock: (() => void) | null = null;
  #blocked: Promise<void> | null = null;
  /** Ticks of the unread watch since the last read. */
  idleTicks = 0;

  /** Made by the methods of `Client`. */
  constructor(start: CallStart) {
    this.#start = start;
    start.bridge.calls.set(start.number, this);
    start.bridge.keepAlive.add();
    start.parent?.adopt(this);
    start.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  /** The call's id, as the worker's `context.id` shows it; empty if the runtime gave one of its own. */
  get id(): string {
    return this.#start.id ?? "";
  }

  /** The instance that served the call: known from the first item on, and when the call has ended. */
  get instanceId(): bigint | null {
    return instanceOf(this.#low, this.#high);
  }

  /** Whether the call has not ended. */
  get isOpen(): boolean {
    return this.#open;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    this.#claim();
    return {
      next: () => this.#next(),
      return: () => {
        this.cancel();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** The only item. More or fewer than one reject with `protocol`. */
  one(): Promise<T> {
    this.#claim();
    return new Promise<T>((resolve, reject) => {
      this.#single = { resolve, reject };
      if (!this.#open || this.#queue !== null) this.#settleSingle();
    });
  }

  /** The items as a Web stream; cancelling it cancels the call. */
  toReadableStream(): ReadableStream<T> {
    const items = this[Symbol.asyncIterator]();
    return new ReadableStream<T>(
      {
        async pull(controller) {
          const item = await items.next();
          if (item.done === true) controller.close();
          else controller.enqueue(item.value);
        },
        async cancel() {
          await items.return?.();
        },
      },
      // The call has a buffer of its own.
      { highWaterMark: 0 },
    );
  }

  /** Ends the call: the worker's signal fires, then its generator ends. Harmless when the call is over. */
  cancel(): void {
    this.#cancel(new StatorError("cancelled", "the call was cancelled"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  /** @internal The served call that this one belongs to is over. */
  cancelFor(error: StatorError): void {
    this.#cancel(error);
  }

  /** @internal */
  message(payload: string | Uint8Array, cost: number, last: boolean, low: number, high: number): void {
    if (!this.#open) return;
    this.#low = low;
    this.#high = high;
    let item: T;
    try {
      item = (typeof payload === "string" ? decodeText(payload) : payload) as T;
    } catch {
      const instanceId = this.instanceId;
      this.#cancel(new StatorError("protocol", "the worker sent an item that is not JSON", { instanceId }));
      return;
    }
    if (last) {
      this.#close(null);
      const single = this.#single;
      if (single !== null && this.#queue === null) {
        this.#single = null;
        single.resolve(item);
        return;
      }
    }
    const reader = this.#reader;
    if (reader !== null) {
      this.#reader = null;
      this.#read += cost;
      reader.resolve({ done: false, value: item });
      return;
    }
    this.#queue ??= new ItemQueue();
    this.#queue.push(item, cost);
    if (this.#single !== null) this.#settleSingle();
  }

  /** @internal */
  ended(low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    this.#close(null);
    this.#finishReaders();
  }

  /** @internal */
  failed(error: StatorError, low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    // The trace of the one who made the call says more than that of the event loop.
    this.#close(error);
    this.#finishReaders();
  }

  /** @internal */
  blocked(): void {
    if (this.#blocked !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#blocked = promise;
    this.#unblock = resolve;
  }

  /** @internal */
  writable(): void {
    this.#unblock?.();
    this.#unblock = null;
    this.#blocked = null;
  }

  /** @internal Resolves when more of a request stream may be sent. */
  get blockedUntil(): Promise<void> | null {
    return this.#blocked;
  }

  /** @internal Whether items wait that nobody asks for. */
  get isUnread(): boolean {
    return this.#open && this.#reader === null && this.#single === null;
  }

  #claim(): void {
    if (this.#used) {
      throw new StatorError("invalid_argument", "this response is being read already; make another call to read twice");
    }
    this.#used = true;
  }

  #next(): Promise<IteratorResult<T, undefined>> {
    this.idleTicks = 0;
    const queue = this.#queue;
    if (queue !== null && queue.length > 0) {
      this.#read += queue.cost();
      return Promise.resolve({ done: false, value: queue.shift() });
    }
    if (!this.#open) {
      const error = this.#error;
      this.#error = null;
      if (error !== null) return Promise.reject(error);
      return Promise.resolve({ done: true, value: undefined });
    }
    if (this.#reader !== null) {
      return Promise.reject(new StatorError("invalid_argument", "next() was called while another next() is waiting"));
    }
    if (this.#read > 0) {
      this.#start.bridge.outbox.push(OPERATION.consumed, this.#start.number, null, this.#read);
      this.#read = 0;
    }
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  /** A single reader is done when the call is, or when there is more than it asked for. */
  #settleSingle(): void {
    const single = this.#single;
    if (single === null) return;
    const length = this.#queue?.length ?? 0;
    if (length > 1) {
      this.#single = null;
      this.#cancel(countError("more than one item"));
      single.reject(countError("more than one item"));
    } else if (!this.#open) {
      this.#single = null;
      if (this.#error !== null) single.reject(this.#error);
      else if (this.#queue !== null && length === 1) single.resolve(this.#queue.shift());
      else single.reject(countError("no item"));
    }
  }

  #finishReaders(): void {
    this.#settleSingle();
    const reader = this.#reader;
    if (reader === null) return;
    this.#reader = null;
    const error = this.#error;
    this.#error = null;
    if (error === null) reader.resolve({ done: true, value: undefined });
    else reader.reject(error);
  }

  readonly #abort = (): void => {
    const cause: unknown = this.#start.signal?.reason;
    this.#cancel(new StatorError("cancelled", "the call's signal was aborted", { cause }));
  };

  #cancel(error: StatorError): void {
    if (!this.#open) {
      // What was not read of a call that is over is given up.
      this.#queue?.clear();
      return;
    }
    this.#start.bridge.outbox.push(OPERATION.cancel, this.#start.number, null, 1);
    this.#queue?.clear();
    this.#close(error);
    this.#finishReaders();
  }

  #close(error: StatorError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#error = error;
    const { bridge, number, parent, signal } = this.#start;
    bridge.calls.delete(number);
    bridge.keepAlive.remove();
    parent?.release(this);
    signal?.removeEventListener("abort", this.#abort);
    this.writable();
  }
}

function countError(count: string): StatorError {
  return new StatorError("protocol", `one item was expected, but ${count} came; read a stream with for await`);
}

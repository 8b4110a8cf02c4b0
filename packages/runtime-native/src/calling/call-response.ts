import type { ClockTimer } from "../clock.ts";
import type { Bridge } from "../crossing/bridge.ts";
import { OPERATION } from "../crossing/operation.ts";
import { type Arrived, decodePayload } from "../crossing/payload.ts";
import type { CallEvents } from "../crossing/receivers.ts";
import type { ServedContext } from "../serving/served-context.ts";
import { StatorError } from "../stator-error.ts";
import type { TestBed } from "../testing/test-bed.ts";
import { ItemQueue } from "./item-queue.ts";
import { readableItems } from "./readable-items.ts";
import { Reader, rejected } from "./reader.ts";
import type { ResponseStream } from "./response-stream.ts";
import type { OpenCall } from "./send-requests.ts";
import { tellOver } from "./tell-over.ts";

/** What a call is started with. */
export interface CallStart {
  readonly bridge: Bridge;
  readonly number: number;
  readonly id: string | null;
  readonly signal: AbortSignal | undefined;
  readonly onOver: ((error: StatorError | null) => void) | undefined;
  /** The served call that this one is made for. */
  readonly parent: ServedContext | undefined;
}

/** One call of a client, from its start to the reading of its last item. */
export class CallResponse<T> implements ResponseStream<T>, CallEvents, OpenCall {
  readonly #start: CallStart;
  /** Made when an item comes that nobody waits for. */
  #queue: ItemQueue<T> | null = null;
  #reader: Reader<IteratorResult<T, undefined>> | null = null;
  /** Waits for all that the batch of events brings which is told now. */
  #batch: Reader<IteratorResult<T[], undefined>> | null = null;
  /** Waits for the only item. */
  #single: Reader<T> | null = null;
  #open = true;
  #error: StatorError | null = null;
  #claimed = false;
  #begun = false;
  /** Cost of what has come since credit was given. That is given only to who takes the rest of it, or has read all of it. */
  #received = 0;
  #low = 0;
  #high = 0;
  /** Listens to the call's signal, if it has one. */
  #abort: (() => void) | null = null;
  #limit: ClockTimer | null = null;
  /** Set while a request stream must wait. */
  #unblock: (() => void) | null = null;
  #blocked: Promise<void> | null = null;
  /** Looks of the unread watch since the call began. */
  unreadLooks = 0;
  onEnd: (() => void) | null = null;

  constructor(start: CallStart) {
    this.#start = start;
    start.bridge.receivers.calls.add(start.number, this);
    start.bridge.keepAlive.add();
    start.parent?.adopt(this);
    if (start.signal !== undefined) {
      this.#abort = () => this.#aborted();
      start.signal.addEventListener("abort", this.#abort, { once: true });
    }
  }

  get id(): string {
    return this.#start.id ?? "";
  }

  get instanceId(): bigint | null {
    const id = (BigInt(this.#high) << 32n) | BigInt(this.#low);
    return id === 0n ? null : id;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Whether nobody has begun to read what comes. */
  get isUnread(): boolean {
    return this.#open && !this.#begun;
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    this.#claim();
    return { next: () => this.#next(), return: () => this.#left() };
  }

  batches(): AsyncIterableIterator<T[], undefined> {
    this.#claim();
    return {
      next: () => this.#nextBatch(),
      return: () => this.#left(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  one(): Promise<T> {
    this.#claim();
    this.#begun = true;
    const reader = new Reader<T>();
    this.#single = reader;
    this.#settleSingle();
    return reader.promise;
  }

  toReadableStream(): ReadableStream<T> {
    return readableItems(this[Symbol.asyncIterator](), () => this.cancel());
  }

  stop(): void {
    if (this.#open) this.#start.bridge.outbox.push(OPERATION.cancel, this.#start.number, null, 0);
  }

  cancel(): void {
    this.abandon(new StatorError("cancelled", "the call was cancelled"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  /** Ends the call from this side; whoever reads it gets `error`, and nothing that came before. */
  abandon(error: StatorError): void {
    this.#queue?.clear();
    this.#cancel(error);
  }

  /** Ends the call after the time, where the core does not. What has come can still be read. `call`: its number there. */
  watchDeadline({ clock, arrivals }: TestBed, call: number, timeoutMs: number, path: string): void {
    const timer = clock.after(timeoutMs, () => {
      const instanceId = arrivals.instanceOf(call) ?? this.instanceId;
      this.#low = Number((instanceId ?? 0n) & 0xffffffffn);
      this.#high = Number((instanceId ?? 0n) >> 32n);
      this.#cancel(new StatorError("deadline_exceeded", `${path}: no end within ${timeoutMs} ms`, { instanceId }));
    });
    const forget = (): void => {
      timer.cancel();
      arrivals.forget(call);
    };
    this.#limit = { cancel: forget };
  }

  message(payload: Arrived, cost: number, last: boolean, low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    let item: T;
    try {
      item = decodePayload(payload) as T;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const options = { cause, instanceId: this.instanceId };
      this.#cancel(new StatorError("protocol", `the worker sent an item that is not readable: ${reason}`, options));
      return;
    }
    if (last) this.#close(null);
    this.#received += cost;
    const reader = this.#reader;
    if (reader !== null) {
      this.#reader = null;
      reader.resolve({ done: false, value: item });
      return;
    }
    const single = this.#single;
    if (single !== null && last && this.#queue === null) {
      this.#single = null;
      single.resolve(item);
      return;
    }
    const queue = (this.#queue ??= new ItemQueue());
    queue.push(item);
    // Runs when all that has arrived with this item has been told.
    if (this.#batch !== null && queue.length === 1) queueMicrotask(() => this.#settleBatch());
    this.#settleSingle();
  }

  ended(low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    this.#close(null);
    this.#finishReaders();
  }

  failed(error: StatorError, low: number, high: number): void {
    this.#low = low;
    this.#high = high;
    this.#close(error);
    this.#finishReaders();
  }

  blocked(): void {
    if (this.#blocked !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#blocked = promise;
    this.#unblock = resolve;
  }

  writable(): void {
    this.#unblock?.();
    this.#unblock = null;
    this.#blocked = null;
  }

  get blockedUntil(): Promise<void> | null {
    return this.#blocked;
  }

  #claim(): void {
    if (this.#claimed) {
      throw new StatorError("invalid_argument", "this response is being read already; make another call to read twice");
    }
    this.#claimed = true;
  }

  /** The reader has left. */
  #left(): Promise<IteratorReturnResult<undefined>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  #nextBatch(): Promise<IteratorResult<T[], undefined>> {
    this.#begun = true;
    if (this.#batch !== null) return rejected(nextWaits());
    // Also for what it takes now: its writer makes the next array meanwhile.
    if (this.#open) this.#giveCredit();
    const reader = new Reader<IteratorResult<T[], undefined>>();
    this.#batch = reader;
    this.#settleBatch();
    return reader.promise;
  }

  /** Gives the waiting reader all that there is, or the end. */
  #settleBatch(): void {
    const reader = this.#batch;
    const queue = this.#queue;
    if (reader === null) return;
    if (queue !== null && queue.length > 0) {
      this.#batch = null;
      reader.resolve({ done: false, value: queue.takeAll() });
    } else if (!this.#open) {
      this.#batch = null;
      this.#finish(reader);
    }
  }

  #next(): Promise<IteratorResult<T, undefined>> {
    this.#begun = true;
    const queue = this.#queue;
    if (queue !== null && queue.length > 0) {
      return Promise.resolve({ done: false, value: queue.shift() });
    }
    if (!this.#open) {
      const error = this.#error;
      this.#error = null;
      if (error !== null) return rejected(error);
      return Promise.resolve({ done: true, value: undefined });
    }
    if (this.#reader !== null) {
      return rejected(nextWaits());
    }
    this.#giveCredit();
    const reader = new Reader<IteratorResult<T, undefined>>();
    this.#reader = reader;
    return reader.promise;
  }

  /** The worker may send as much again as has been read. */
  #giveCredit(): void {
    if (this.#received === 0) return;
    this.#start.bridge.outbox.push(OPERATION.consumed, this.#start.number, null, this.#received);
    this.#received = 0;
  }

  /** A single reader is done when the call is, or when there is more than it asked for. */
  #settleSingle(): void {
    const single = this.#single;
    if (single === null) return;
    const queue = this.#queue;
    const length = queue?.length ?? 0;
    if (length > 1) {
      this.#single = null;
      this.abandon(countError("more than one item"));
      single.reject(countError("more than one item"));
    } else if (!this.#open) {
      this.#single = null;
      if (this.#error !== null) single.reject(this.#error);
      else if (queue !== null && length === 1) single.resolve(queue.shift());
      else single.reject(countError("no item"));
    }
  }

  #finishReaders(): void {
    this.#settleSingle();
    this.#settleBatch();
    const reader = this.#reader;
    if (reader === null) return;
    this.#reader = null;
    this.#finish(reader);
  }

  /** The end of the call, for a reader that has had all items. */
  #finish(reader: Pick<Reader<IteratorReturnResult<undefined>>, "resolve" | "reject">): void {
    const error = this.#error;
    this.#error = null;
    if (error === null) reader.resolve({ done: true, value: undefined });
    else reader.reject(error);
  }

  #aborted(): void {
    const cause: unknown = this.#start.signal?.reason;
    this.abandon(new StatorError("cancelled", "the call's signal was aborted", { cause }));
  }

  #cancel(error: StatorError): void {
    if (!this.#open) return;
    this.#start.bridge.outbox.push(OPERATION.cancel, this.#start.number, null, 1);
    this.#close(error);
    this.#finishReaders();
  }

  #close(error: StatorError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#error = error;
    this.#limit?.cancel();
    const { bridge, number, parent, signal, onOver } = this.#start;
    bridge.receivers.calls.delete(number);
    bridge.keepAlive.remove();
    parent?.release(this);
    if (this.#abort !== null) signal?.removeEventListener("abort", this.#abort);
    if (this.#blocked !== null) this.writable();
    const { onEnd } = this;
    this.onEnd = null;
    onEnd?.();
    if (onOver !== undefined) tellOver(onOver, error);
  }
}

function countError(count: string): StatorError {
  return new StatorError("protocol", `one item was expected, but ${count} came; read a stream with for await`);
}

function nextWaits(): StatorError {
  return new StatorError("invalid_argument", "next() was called while another next() is waiting");
}

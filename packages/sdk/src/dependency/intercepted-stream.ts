import { StatorError } from "@stator/runtime-native";

import { batches } from "./batches.ts";
import { batchesOf } from "./batches-of.ts";
import { readable, type ServiceStream } from "./service-stream.ts";

/** Goes through interceptors: gives their answer, once it is there, and hears of each call that is really made. */
type Run = (signal: AbortSignal, opened: (stream: ServiceStream<unknown>) => void) => Promise<AsyncIterable<unknown>>;

/** The answer of a call that goes through interceptors. The call has begun when this exists. */
export class InterceptedStream implements ServiceStream<unknown> {
  private readonly answer: Promise<AsyncIterable<unknown>>;
  private readonly over = new AbortController();
  private latest: ServiceStream<unknown> | null = null;
  private isClaimed = false;

  constructor(
    private readonly givenId: string | null,
    signal: AbortSignal | undefined,
    run: Run,
  ) {
    const either = signal === undefined ? this.over.signal : AbortSignal.any([signal, this.over.signal]);
    this.answer = run(either, (stream) => {
      this.latest = stream;
    });
    // An error that nobody reads is dropped.
    this.answer.catch(() => undefined);
  }

  get id(): string {
    return this.givenId ?? this.latest?.id ?? "";
  }

  get instanceId(): bigint | null {
    return this.latest?.instanceId ?? null;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    this.claim();
    let items: AsyncIterator<unknown> | null = null;
    const open = async (): Promise<IteratorResult<unknown>> => {
      items ??= (await this.answer)[Symbol.asyncIterator]();
      return items.next();
    };
    return {
      next: () => items?.next() ?? open(),
      return: async () => {
        await this.leave(items);
        return { done: true, value: undefined };
      },
    };
  }

  batches(): AsyncIterableIterator<unknown[]> {
    this.claim();
    let source: AsyncIterator<unknown[]> | null = null;
    const next = async (): Promise<IteratorResult<unknown[]>> => {
      source ??= batchesOf(await this.answer);
      return source.next();
    };
    return batches(next, () => this.leave(source));
  }

  async one(): Promise<unknown> {
    const items = this[Symbol.asyncIterator]();
    const first = await items.next();
    const second = first.done === true ? first : await items.next();
    if (first.done !== true && second.done === true) return first.value;
    await items.return?.();
    const count = first.done === true ? "no item" : "more than one item";
    throw new StatorError("protocol", `one item was expected, but ${count} came; read a stream with for await`);
  }

  toReadableStream(): ReadableStream<unknown> {
    return readable(this[Symbol.asyncIterator]());
  }

  cancel(): void {
    this.over.abort(new StatorError("cancelled", "the call was cancelled"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  private claim(): void {
    if (this.isClaimed) {
      throw new StatorError("invalid_argument", "this response is being read already; make another call to read twice");
    }
    this.isClaimed = true;
  }

  /** Wrapped streams first: their `finally` belongs to the call. */
  private async leave(source: AsyncIterator<unknown> | null): Promise<void> {
    await source?.return?.();
    this.cancel();
  }
}

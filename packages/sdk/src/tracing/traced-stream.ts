import { batches } from "../dependency/batches.ts";
import { ItemsOfBatches } from "../dependency/items-of-batches.ts";
import { readable, type ServiceStream } from "../dependency/service-stream.ts";
import type { CallTrace } from "./call-trace.ts";

/** The answer of a call that has a span, which ends when the stream does. */
export class TracedStream implements ServiceStream<unknown> {
  private isCancelled = false;

  constructor(
    private readonly source: ServiceStream<unknown>,
    private readonly call: CallTrace,
  ) {}

  get id(): string {
    return this.source.id;
  }

  get instanceId(): bigint | null {
    return this.source.instanceId;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const { call } = this;
    return new ItemsOfBatches(
      this.read(() => undefined),
      () => this.isCancelled,
      () => call.item(),
    );
  }

  batches(): AsyncIterableIterator<unknown[]> {
    const { call } = this;
    return this.read((count) => call.item(count));
  }

  private read(passed: (count: number) => void): AsyncIterableIterator<unknown[]> {
    const { call } = this;
    const source = this.source.batches()[Symbol.asyncIterator]();
    call.isRead = true;
    const next = async (): Promise<IteratorResult<unknown[]>> => {
      let result: IteratorResult<unknown[]>;
      try {
        result = await call.run(() => source.next());
      } catch (error) {
        this.describe();
        call.failed(error);
        throw error;
      }
      if (result.done !== true) {
        passed(result.value.length);
        return result;
      }
      this.describe();
      call.ended();
      return result;
    };
    const leave = async (): Promise<void> => {
      this.describe();
      try {
        await call.run(() => source.return?.());
      } finally {
        call.left();
      }
    };
    return batches(next, leave);
  }

  async one(): Promise<unknown> {
    const { call } = this;
    const answer = call.run(() => this.source.one());
    call.isRead = true;
    try {
      const value = await answer;
      call.item();
      this.describe();
      call.ended();
      return value;
    } catch (error) {
      this.describe();
      call.failed(error);
      throw error;
    }
  }

  toReadableStream(): ReadableStream<unknown> {
    return readable(this[Symbol.asyncIterator]());
  }

  cancel(): void {
    this.isCancelled = true;
    this.describe();
    this.source.cancel();
    this.call.left();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isCancelled = true;
    this.describe();
    await this.source[Symbol.asyncDispose]();
    this.call.left();
  }

  private describe(): void {
    this.call.describe(this.source.id, this.source.instanceId);
  }
}

import { readable, type ServiceStream } from "../dependency/service-stream.ts";
import type { CallTrace } from "./call-trace.ts";

/** The answer of a call that has a span, which ends when the stream does. */
export class TracedStream implements ServiceStream<unknown> {
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
    const items = this.source[Symbol.asyncIterator]();
    call.isRead = true;
    return {
      next: async () => {
        let result: IteratorResult<unknown>;
        try {
          result = await call.run(() => items.next());
        } catch (error) {
          this.describe();
          call.failed(error);
          throw error;
        }
        if (result.done !== true) {
          call.item();
          return result;
        }
        this.describe();
        call.ended();
        return result;
      },
      return: async () => {
        this.describe();
        try {
          return (await call.run(() => items.return?.())) ?? { done: true, value: undefined };
        } finally {
          call.left();
        }
      },
    };
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
    this.describe();
    this.source.cancel();
    this.call.left();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.describe();
    await this.source[Symbol.asyncDispose]();
    this.call.left();
  }

  private describe(): void {
    this.call.describe(this.source.id, this.source.instanceId);
  }
}

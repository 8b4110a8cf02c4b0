import type { CallSpan } from "./call-span.ts";

/**
 * The items of a stream, made with their span active, which ends with them. A generator's body runs in the context of each
 * `next()`, so each one has to have it.
 */
export class TracedItems implements AsyncGenerator<unknown, void> {
  private readonly items: AsyncIterator<unknown>;

  constructor(
    source: AsyncIterable<unknown>,
    private readonly call: CallSpan,
    /** Why nobody reads any more; null if the reader has only left. */
    private readonly reason: () => unknown = () => null,
  ) {
    this.items = source[Symbol.asyncIterator]();
  }

  async next(): Promise<IteratorResult<unknown, void>> {
    const { call } = this;
    let result: IteratorResult<unknown>;
    try {
      result = await call.run(() => this.items.next());
    } catch (error) {
      call.failed(error);
      throw error;
    }
    if (result.done !== true) {
      call.item();
      return result;
    }
    call.ended();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<unknown, void>> {
    try {
      await this.call.run(() => this.items.return?.());
    } finally {
      const reason = this.reason();
      if (reason === null) this.call.left();
      else this.call.failed(reason);
    }
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<unknown, void>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

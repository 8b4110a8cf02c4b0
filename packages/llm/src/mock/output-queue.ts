/** Items of one stream, from a producer that does not wait. How many there can be, the producer bounds. */
export class OutputQueue<T> {
  private readonly items: T[] = [];
  private ended = false;
  private error: unknown;
  private wake: (() => void) | null = null;

  push(item: T): void {
    if (this.ended) return;
    this.items.push(item);
    this.wake?.();
  }

  /** No more items come; those that are there are still read. */
  end(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.wake?.();
  }

  async *read(): AsyncGenerator<T, void> {
    for (;;) {
      const item = this.items.shift();
      if (item !== undefined) yield item;
      else if (!this.ended) await this.more();
      else if (this.error === undefined) return;
      else throw this.error;
    }
  }

  private more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.wake = resolve;
    return promise;
  }
}

/** Items that have come, taken as arrays by one reader. */
export class BatchQueue<T> implements AsyncIterableIterator<T[]> {
  #items: T[] = [];
  #ended = false;
  #waiting: ((result: IteratorResult<T[]>) => void) | null = null;
  #scheduled = false;

  push(item: T): void {
    this.#items.push(item);
    this.#schedule();
  }

  end(): void {
    this.#ended = true;
    this.#schedule();
  }

  async next(): Promise<IteratorResult<T[]>> {
    if (this.#items.length > 0) return { done: false, value: this.#take() };
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The reader goes on when the chunk of the socket has been worked off, so that it gets all items of the chunk. */
  #schedule(): void {
    if (this.#waiting === null || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      const resolve = this.#waiting;
      this.#waiting = null;
      if (this.#items.length > 0) resolve?.({ done: false, value: this.#take() });
      else resolve?.({ done: true, value: undefined });
    });
  }

  #take(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

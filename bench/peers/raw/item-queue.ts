/** Items that arrived before somebody asked for them, and the one reader who asks. */
export class ItemQueue<T> implements AsyncIterableIterator<T> {
  #items: T[] = [];
  #next = 0;
  #ended = false;
  #waiting: ((result: IteratorResult<T>) => void) | null = null;

  push(item: T): void {
    if (this.#waiting === null) {
      this.#items.push(item);
      return;
    }
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve({ done: false, value: item });
  }

  end(): void {
    this.#ended = true;
    this.#waiting?.({ done: true, value: undefined });
    this.#waiting = null;
  }

  async next(): Promise<IteratorResult<T>> {
    const item = this.#items[this.#next];
    if (item !== undefined) {
      this.#next++;
      if (this.#next === this.#items.length) {
        this.#items = [];
        this.#next = 0;
      }
      return { done: false, value: item };
    }
    if (this.#ended) return { done: true, value: undefined };
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Items that wait for their reader. First in, first out. */
export class ItemQueue<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  /** Takes all items. */
  takeAll(): T[] {
    const items = this.#head === 0 ? this.#items : this.#items.slice(this.#head);
    this.clear();
    return items;
  }

  /** Takes the first item; there must be one. */
  shift(): T {
    const head = this.#head++;
    const item = this.#items[head] as T;
    if (this.#head === this.#items.length) {
      this.clear();
    } else if (head > 1_024 && head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}

/** Items that wait for their reader, with what each of them cost in credit. First in, first out. */
export class ItemQueue<T> {
  #items: T[] = [];
  #costs: number[] = [];
  #head = 0;
  #total = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T, cost: number): void {
    this.#items.push(item);
    this.#costs.push(cost);
    this.#total += cost;
  }

  /** Cost of the first item. */
  cost(): number {
    return this.#costs[this.#head] as number;
  }

  /** Cost of all items. */
  get total(): number {
    return this.#total;
  }

  /** Takes all items. */
  takeAll(): T[] {
    const items = this.#head === 0 ? this.#items : this.#items.slice(this.#head);
    this.clear();
    return items;
  }

  /** Takes the first item; there must be one. */
  shift(): T {
    this.#total -= this.cost();
    const head = this.#head++;
    const item = this.#items[head] as T;
    if (this.#head === this.#items.length) {
      this.clear();
    } else if (head > 1_024 && head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#costs = this.#costs.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#costs = [];
    this.#head = 0;
    this.#total = 0;
  }
}

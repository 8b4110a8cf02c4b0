import { StatorError } from "@stator/runtime-native";

/**
 * The items of arrays, one after another. An item that is here costs one promise, and no step through what is around the
 * stream.
 */
export class ItemsOfBatches implements AsyncIterator<unknown> {
  private items: readonly unknown[] = [];
  private at = 0;
  private isWaiting = false;
  private hasAsked = false;

  constructor(
    private readonly batches: AsyncIterator<unknown[]>,
    /** Whether the call was cancelled: if it was still open then, what has come is dropped, and its error follows at once. */
    private readonly isCancelled: () => boolean,
    /** Hears of each item that the reader gets. */
    private readonly passed: () => void = () => undefined,
  ) {}

  next(): Promise<IteratorResult<unknown>> {
    if (this.at === this.items.length || (!this.hasAsked && this.isCancelled())) return this.more();
    this.passed();
    return Promise.resolve({ done: false, value: this.items[this.at++] });
  }

  async return(): Promise<IteratorResult<unknown>> {
    this.drop();
    await this.batches.return?.();
    return { done: true, value: undefined };
  }

  private async more(): Promise<IteratorResult<unknown>> {
    if (this.isWaiting) {
      throw new StatorError("invalid_argument", "next() was called while another next() is waiting");
    }
    // Once: a call that was over before it was cancelled has no error to give.
    this.hasAsked = this.isCancelled();
    this.isWaiting = true;
    const left = this.items.slice(this.at);
    this.drop();
    try {
      const result = await this.batches.next();
      if (result.done === true) this.items = left;
      else this.items = left.length === 0 ? result.value : [...left, ...result.value];
    } finally {
      this.isWaiting = false;
    }
    if (this.items.length === 0) return { done: true, value: undefined };
    this.passed();
    return { done: false, value: this.items[this.at++] };
  }

  private drop(): void {
    this.items = [];
    this.at = 0;
  }
}

/** Arrays of items, by a function that gives the next one and one for a reader who leaves. */
export function batches(
  next: () => Promise<IteratorResult<unknown[]>>,
  left: () => Promise<void>,
): AsyncIterableIterator<unknown[]> {
  return {
    next,
    async return() {
      await left();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

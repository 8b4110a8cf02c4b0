/** What waits for an item. Its failure is told to whoever looks at it, and to nobody if nobody does. */
export class Reader<T> {
  readonly promise: Promise<T>;
  resolve!: (item: T) => void;
  #reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.#reject = reject;
    });
  }

  reject(error: unknown): void {
    // Whoever awaits it still gets the error; that nobody does must not end the process.
    this.promise.catch(() => {});
    this.#reject(error);
  }
}

/** What a reader gets that cannot wait: an error which nobody has to look at. */
export function rejected(error: unknown): Promise<never> {
  const reader = new Reader<never>();
  reader.reject(error);
  return reader.promise;
}

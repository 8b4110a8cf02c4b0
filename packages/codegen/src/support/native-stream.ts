import { type DeclaredErrorReader, failure } from "./binding-error.ts";
import { cancelledBy, type InternalExports, type NativeAddon, type StreamListener } from "./native-addon.ts";

/** Streams that nobody read to their end or left: Rust waits for a reader that is gone. */
const forgotten = new FinalizationRegistry<{ readonly raw: InternalExports; readonly number: number }>(
  ({ raw, number }) => raw["stator.cancel"](number),
);

export interface NativeStreamOptions<Item> {
  /** The function, for messages. */
  readonly binding: string;
  readonly addon: NativeAddon;
  /** Starts the stream; returns its number, or a failure. */
  readonly start: () => unknown;
  /** The items of a batch that crossed as JSON text. */
  readonly parse: (text: string) => unknown[];
  /** Checks one item. */
  readonly read: (item: unknown) => Item;
  readonly declared?: DeclaredErrorReader;
  readonly signal?: AbortSignal | undefined;
  /** What must not be collected meanwhile. */
  readonly uses?: readonly object[];
}

/**
 * Items that Rust produces on its own threads. They cross in batches; Rust waits when enough of them wait here.
 *
 * Nothing runs before the first `next()`. It can be read once: `break` out of `for await`, `return()`, disposal and the
 * `AbortSignal` end the Rust side too.
 */
export class NativeStream<Item> implements AsyncIterableIterator<Item, undefined>, AsyncDisposable {
  readonly #options: NativeStreamOptions<Item>;
  #number: number | null = null;
  #items: unknown[] = [];
  #place = 0;
  #isDone = false;
  /** The signal fired, and nobody was told yet. */
  #isCancelled = false;
  /** Calls of `next` that wait for those before them. */
  #queue: Promise<unknown> | null = null;
  #listener: StreamListener | null = null;
  #dropped: Promise<void> | null = null;

  constructor(options: NativeStreamOptions<Item>) {
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next item. Calls that overlap are answered in their order; after the end and after an error there are none. */
  next(): Promise<IteratorResult<Item, undefined>> {
    if (this.#queue === null && this.#place < this.#items.length) {
      try {
        return Promise.resolve({ value: this.#item(), done: false });
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const before = this.#queue;
    const next = before === null ? this.#next() : before.then(() => this.#next());
    const queue = next.then(ignore, ignore).then(() => {
      if (this.#queue === queue) this.#queue = null;
    });
    this.#queue = queue;
    return next;
  }

  /** Ends the stream. Does not wait for Rust, which may be in the middle of an item; disposal does. */
  return(): Promise<IteratorResult<Item, undefined>> {
    this.#end();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error: unknown): Promise<IteratorResult<Item, undefined>> {
    this.#end();
    return Promise.reject(error);
  }

  /** Ends the stream and waits until Rust has dropped what it used. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    if (this.#dropped === null) return;
    this.#options.addon.stayAlive(1);
    await this.#dropped;
    this.#options.addon.stayAlive(-1);
  }

  /** The items as a stream of the web platform. */
  toReadableStream(): ReadableStream<Item> {
    return new ReadableStream<Item>(
      {
        pull: async (controller) => {
          const { done, value } = await this.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 },
    );
  }

  async #next(): Promise<IteratorResult<Item, undefined>> {
    const { signal } = this.#options;
    if (!this.#isDone && signal?.aborted === true) this.#abort();
    for (;;) {
      if (this.#isCancelled) {
        this.#isCancelled = false;
        throw this.#failed(cancelledBy(signal));
      }
      if (this.#place < this.#items.length) return { value: this.#item(), done: false };
      if (this.#isDone) return { value: undefined, done: true };
      const batch = this.#take();
      if (typeof batch === "string") this.#fill(this.#options.parse(batch));
      else if (batch === null) this.#end();
      else if (batch === undefined) await this.#ready();
      else if (Array.isArray(batch) && typeof batch[0] !== "string") this.#fill(batch);
      else throw this.#failed(batch);
    }
  }

  #take(): unknown {
    const { addon, start } = this.#options;
    if (this.#number === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const listener: StreamListener = { wake: null, dropped: resolve };
      const number = addon.open(start, listener);
      if (typeof number !== "number") return number;
      this.#number = number;
      this.#listener = listener;
      this.#dropped = promise;
      forgotten.register(this, { raw: addon.raw, number }, this);
      this.#options.signal?.addEventListener("abort", this.#abort);
    }
    return addon.raw["stator.take"](this.#number);
  }

  #fill(items: unknown[]): void {
    this.#items = items;
    this.#place = 0;
  }

  #item(): Item {
    const item = this.#items[this.#place++];
    if (this.#place === this.#items.length) this.#fill([]);
    try {
      return this.#options.read(item);
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Waits until Rust has something, or the stream is ended here. The process stays alive meanwhile. */
  async #ready(): Promise<void> {
    const listener = this.#listener;
    if (listener === null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    // From here on the addon refers to whoever waits.
    listener.wake = resolve;
    this.#options.addon.stayAlive(1);
    await promise;
    this.#options.addon.stayAlive(-1);
    listener.wake = null;
  }

  readonly #abort = (): void => {
    this.#isCancelled = true;
    this.#end();
  };

  #failed(result: unknown): Error {
    this.#end();
    return failure(this.#options.binding, result, this.#options.declared);
  }

  #end(): void {
    this.#fill([]);
    if (this.#isDone) return;
    this.#isDone = true;
    this.#options.signal?.removeEventListener("abort", this.#abort);
    if (this.#number === null) return;
    forgotten.unregister(this);
    this.#options.addon.raw["stator.cancel"](this.#number);
    this.#listener?.wake?.();
  }
}

function ignore(): void {}

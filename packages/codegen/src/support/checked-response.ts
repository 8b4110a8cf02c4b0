/** What a call's stream of items has, in the terms of the runtime. */
export interface RawResponse {
  readonly id: string;
  readonly instanceId: bigint | null;
  batches(): AsyncIterable<unknown[]>;
  one(): Promise<unknown>;
  cancel(): void;
  [Symbol.asyncDispose](): PromiseLike<void>;
}

/**
 * The response of a call as a stream of items, each checked against its type as it arrives.
 *
 * It can be read once. `break` out of `for await` cancels the call, and so does an item that does not fit.
 */
export class CheckedResponse<Item> implements AsyncIterable<Item>, AsyncDisposable {
  readonly #response: RawResponse;
  readonly #check: (item: unknown) => Item;
  readonly #received: (error: unknown) => unknown;

  /** `received` gives the error to throw for one that the call ended with. */
  constructor(
    response: RawResponse,
    check: (item: unknown) => Item,
    received: (error: unknown) => unknown = (error) => error,
  ) {
    this.#response = response;
    this.#check = check;
    this.#received = received;
  }

  /** The id of the call. */
  get id(): string {
    return this.#response.id;
  }

  /** The instance that serves the call, once it is known. */
  get instanceId(): bigint | null {
    return this.#response.instanceId;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const items of this.batches()) yield* items;
  }

  /**
   * All that has come and has not been read, as an array, each time that one is asked for: in order, at least one item. The
   * items before one that does not fit come first.
   */
  async *batches(): AsyncGenerator<Item[], void, undefined> {
    try {
      for await (const items of this.#response.batches()) {
        const checked: Item[] = [];
        try {
          for (const item of items) checked.push(this.#check(item));
        } catch (error) {
          this.#response.cancel();
          if (checked.length > 0) yield checked;
          throw error;
        }
        yield checked;
      }
    } catch (error) {
      throw this.#received(error);
    }
  }

  /** The only item. Fails when there is none, or more than one. */
  async one(): Promise<Item> {
    try {
      return this.#check(await this.#response.one());
    } catch (error) {
      throw this.#received(error);
    }
  }

  /** The items as a stream of the web platform. */
  toReadableStream(): ReadableStream<Item> {
    const items = this[Symbol.asyncIterator]();
    return new ReadableStream<Item>({
      async pull(controller) {
        const { done, value } = await items.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await items.return();
      },
    });
  }

  /** Ends the call. A reader that waits sees a `cancelled` error. */
  cancel(): void {
    this.#response.cancel();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#response[Symbol.asyncDispose]();
  }
}

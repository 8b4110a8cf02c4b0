/** The answer of a streaming endpoint. It has been asked for already; leaving it early ends it at the far end too. */
export interface ServiceStream<T> extends AsyncIterable<T>, AsyncDisposable {
  /** The id of the call. */
  readonly id: string;
  /** The instance that answers, once it is known. */
  readonly instanceId: bigint | null;
  /** Once only; a second use throws. */
  [Symbol.asyncIterator](): AsyncIterator<T>;
  /**
   * All that has come and has not been read, as an array, each time that one is asked for: in order, at least one item. The
   * fastest way to read: many items cost one step of the event loop.
   *
   * Once only, in place of the items. Leaving it early ends the call, and an error of the call comes behind the items that came
   * before it. An item that does not fit its schema ends the stream behind those before it.
   */
  batches(): AsyncIterable<T[]>;
  /** The only item; `protocol` if there are none or more. */
  one(): Promise<T>;
  /** The items as a Web stream, which asks for one only when its reader does. */
  toReadableStream(): ReadableStream<T>;
  /** Ends the call, at the far end too. Harmless when it is over. */
  cancel(): void;
}

/** The items as a Web stream, which asks for one only when its reader does. */
export function readable<T>(items: AsyncIterator<T>): ReadableStream<T> {
  return new ReadableStream<T>(
    {
      async pull(controller) {
        const result = await items.next();
        if (result.done === true) controller.close();
        else controller.enqueue(result.value);
      },
      async cancel() {
        await items.return?.(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

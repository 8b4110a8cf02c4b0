/**
 * What a call gives back: the items as they come (`for await`), arrays of them (`batches()`), the only item
 * (`one()`), or a Web stream. It can be read once, in one of these ways.
 *
 * The call has started when this exists. It buffers as much as its credit (`streamWindowBytes`) allows; the worker's
 * generator stops there. It is cancelled by `break`, by `cancel()`, by its signal, when its caller's own call ends, and
 * when nobody has begun to read it for `unreadTimeoutMs`. An error that nobody reads is dropped, never an unhandled
 * rejection.
 */
export interface ResponseStream<T> extends AsyncIterable<T, undefined>, AsyncDisposable {
  /**
   * The id of the call, as the worker's `context.id` shows it: the one given, or that of the call which is being
   * served. Empty if there is neither: then the worker makes one of its own when somebody asks for it.
   */
  readonly id: string;
  /** The instance that served the call: known from the first item on, and when the call has ended. */
  readonly instanceId: bigint | null;
  /** Once only: the second use throws `invalid_argument`. So does `next()` while another `next()` waits. */
  [Symbol.asyncIterator](): AsyncIterator<T, undefined>;
  /**
   * All that has come and has not been read, as an array, each time that one is asked for: in order, at least one item, at most
   * what the credit (`streamWindowBytes`) lets in. The fastest way to read: many items cost one step of the event loop.
   *
   * `break` cancels the call. An error of the call comes behind the items that came before it. It counts as reading: once only,
   * and `next()` while another `next()` waits rejects with `invalid_argument`. The arrays belong to the reader.
   */
  batches(): AsyncIterable<T[], undefined>;
  /** The only item. More or fewer than one reject with `protocol`; the call's own error rejects too. */
  one(): Promise<T>;
  /** The items as a Web stream; cancelling it cancels the call, and an error of the call errors it. */
  toReadableStream(): ReadableStream<T>;
  /**
   * Asks the worker to finish early: its handler's signal fires, and `isStopped()` is true there. What it still sends is
   * read as before; a worker of the original sends nothing more. Harmless when the call is over.
   */
  stop(): void;
  /** Ends the call: the worker's signal fires, then its generator ends. Harmless when the call is over. */
  cancel(): void;
  /** The same as `cancel()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

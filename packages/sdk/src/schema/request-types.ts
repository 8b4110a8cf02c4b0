/** A stream of requests, for those who send it: they are taken as fast as the service reads them. */
export type Requests<Request> = AsyncIterable<Request> | Iterable<Request>;

/** Whether a value can be gone through with `for await`: what the runtime gives for a stream of requests. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

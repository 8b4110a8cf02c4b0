import type { ServiceStream } from "./service-stream.ts";

/**
 * Values as arrays: those that have come together where the source is a stream of a call, one at a time where it is anything
 * else, such as a generator of an interceptor.
 */
export function batchesOf(values: AsyncIterable<unknown>): AsyncIterator<unknown[]> {
  if (isStream(values)) return values.batches()[Symbol.asyncIterator]();
  const items = values[Symbol.asyncIterator]();
  return {
    async next() {
      const result = await items.next();
      return result.done === true ? { done: true, value: undefined } : { done: false, value: [result.value] };
    },
    async return() {
      await items.return?.();
      return { done: true, value: undefined };
    },
  };
}

function isStream(values: AsyncIterable<unknown>): values is ServiceStream<unknown> {
  return "batches" in values && typeof values.batches === "function";
}

import { readable } from "../dependency/service-stream.ts";
import { isAsyncIterable } from "../schema/request-types.ts";
import { errorResponse } from "./error-response.ts";
import { itemStream, streamHeaders } from "./item-stream.ts";
import { streamWriter } from "./stream-format.ts";

/** What an endpoint, a call or a function gives: a stream, a promise, or a value. */
export type AnyResult<T> = AsyncIterable<T> | Promise<T> | T;

/** What the response says beside the items. */
export interface StreamResponseOptions {
  /** Default: 200; that of the error when there is no first item because of one. */
  status?: number;
  /** Added to those of the format. */
  headers?: Record<string, string>;
}

/**
 * A response of server-sent events, one for each item; a single value gives one. It resolves once the first item is there: a
 * result that fails before has the status of its error. A later failure is the event `error`. A client that leaves ends the
 * source.
 */
export function toSSE(result: AnyResult<unknown>, options?: StreamResponseOptions): Promise<Response> {
  return toResponse(result, "sse", options);
}

/** The same with one JSON document a line; a later failure is the last line, `{"error":...}`. */
export function toNDJSON(result: AnyResult<unknown>, options?: StreamResponseOptions): Promise<Response> {
  return toResponse(result, "ndjson", options);
}

/** The items as a Web stream; a single value gives a stream of one. Cancelling it ends the source. */
export function toWebStream<T>(result: AnyResult<T>): ReadableStream<T> {
  return readable(itemsOf(result));
}

async function toResponse(
  result: AnyResult<unknown>,
  format: "sse" | "ndjson",
  { status = 200, headers = {} }: StreamResponseOptions = {},
): Promise<Response> {
  const writer = streamWriter(format, null);
  const items = itemsOf(result);
  // Nobody waits for what a source does at its end.
  const end = (): void => void items.return?.()?.catch(() => undefined);
  let first: IteratorResult<unknown>;
  try {
    first = await items.next();
  } catch (error) {
    return errorResponse(error, headers);
  }
  const next = async (): Promise<IteratorResult<unknown>> => items.next();
  const body = itemStream(first, next, writer, { failed: end, left: end, over: () => undefined });
  return new Response(body, { status, headers: { ...streamHeaders(writer), ...headers } });
}

function itemsOf<T>(result: AnyResult<T>): AsyncIterator<T> {
  return isAsyncIterable(result) ? (result as AsyncIterable<T>)[Symbol.asyncIterator]() : single(result);
}

async function* single<T>(value: AnyResult<T>): AsyncGenerator<T> {
  yield await (value as Promise<T> | T);
}

import type { Context } from "./context.ts";

/**
 * Serves the calls of an endpoint. An async generator streams its items; an async function gives one. What it throws
 * reaches the caller: a `StatorError` as it is, anything else as `internal`.
 *
 * When a caller sends a stream of requests, `request` is an async iterable of them, with backpressure: an endpoint for
 * such calls is a `Handler<AsyncIterable<Part>, Res>`, and its clients are `Client<Part, Res>`. The call itself says
 * which of the two it is; nothing is set up for it.
 */
export type Handler<Req, Res> = (request: Req, context: Context) => AsyncIterable<Res> | Promise<Res>;

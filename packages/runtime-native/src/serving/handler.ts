import type { Context } from "./context.ts";

/**
 * Serves the calls of an endpoint. An async generator streams its items; an async function gives one.
 * With `requestStream: true` the request is an async iterable of what the caller sends.
 */
export type Handler<Req, Res> = (request: Req, context: Context) => AsyncIterable<Res> | Promise<Res>;

import { invalidArgument } from "./invalid-argument.ts";
import type { EndpointKind } from "./endpoint-kind.ts";

/** Callers must know whether to expect a stream before the first call, so the method's own form decides. */
export function methodKind(where: string, method: unknown, requestStream: boolean): EndpointKind {
  switch (Object.prototype.toString.call(method)) {
    case "[object AsyncGeneratorFunction]":
      return requestStream ? "duplex" : "server-stream";
    case "[object AsyncFunction]":
      return requestStream ? "client-stream" : "unary";
    default:
      throw invalidArgument(`${where}: an endpoint is an async method (one answer) or an async generator (a stream).`);
  }
}

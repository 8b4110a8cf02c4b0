import { invalidArgument } from "./invalid-argument.ts";
import type { EndpointKind } from "./endpoint-definition.ts";

/** Callers must know whether to expect a stream before the first call, so the method's own form decides. */
export function methodKind(where: string, method: unknown): EndpointKind {
  switch (Object.prototype.toString.call(method)) {
    case "[object AsyncGeneratorFunction]":
      return "server-stream";
    case "[object AsyncFunction]":
      return "unary";
    default:
      throw invalidArgument(`${where}: an endpoint is an async method (one answer) or an async generator (a stream).`);
  }
}

import { type Context, type EndpointContract, StatorError } from "@stator/runtime-native";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { isAsyncIterable } from "../schema/request-types.ts";
import { readRequest } from "./read-request.ts";

/** The stream of requests of a call, each checked before the method sees it. */
export async function* checkedRequests(
  schema: StandardSchemaV1,
  requests: AsyncIterable<unknown>,
  context: Context,
  contract: EndpointContract | null,
): AsyncGenerator {
  for await (const request of requests) yield readRequest(schema, request, context, contract);
}

/** Refuses a call whose request is not what the endpoint takes: whether it is one or many, the caller says. */
export function checkRequestKind(request: unknown, takesStream: boolean, { endpoint }: Context): void {
  if (isAsyncIterable(request) === takesStream) return;
  const [takes, sends] = takesStream
    ? ["a stream of requests", "one request"]
    : ["one request", "a stream of requests"];
  throw new StatorError("invalid_request", `${endpoint}: the endpoint takes ${takes}, and the caller sends ${sends}`);
}

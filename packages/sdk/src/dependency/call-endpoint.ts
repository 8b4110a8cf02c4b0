import type { CallOptions, Client, ResponseStream } from "@stator/runtime-native";

import type { EndpointKind } from "../definition/endpoint-definition.ts";
import { withCallScope } from "../serving/call-scope.ts";
import type { ServiceCallOptions } from "./service-client.ts";

/** One call through a dependency: a stream is returned as it is, a unary call as the promise of its one item. */
export function callEndpoint(
  client: Client<unknown, unknown>,
  kind: EndpointKind,
  timeoutMs: number | null,
  request: unknown = null,
  options: ServiceCallOptions = {},
): ResponseStream<unknown> | Promise<unknown> {
  const { instanceId, ...rest } = options;
  const limited: CallOptions = timeoutMs === null ? rest : { timeoutMs, ...rest };
  const call = withCallScope(limited);
  const stream = instanceId === undefined ? client.generate(request, call) : client.direct(request, instanceId, call);
  return kind === "stream" ? stream : stream.one();
}

import type { CallOptions, Client } from "@stator/runtime-native";

import { withCallScope } from "../serving/call-scope.ts";
import type { TargetEndpoint } from "./dependency-target.ts";
import type { ServiceCallOptions } from "./service-client.ts";
import { CheckedServiceStream, type ServiceStream } from "./service-stream.ts";

/** What a call through a dependency goes to. */
export interface CallTarget {
  readonly client: Client<unknown, unknown>;
  readonly endpoint: TargetEndpoint;
  /** `namespace.component.endpoint`, for messages. */
  readonly path: string;
  /** Limit for calls that bring none of their own. */
  readonly timeoutMs: number | null;
}

/** One call through a dependency: a stream is returned as it is, a unary call as the promise of its one item. */
export function callEndpoint(
  target: CallTarget,
  request: unknown = null,
  options: ServiceCallOptions = {},
): ServiceStream<unknown> | Promise<unknown> {
  return target.endpoint.kind === "unary" ? callOnce(target, request, options) : call(target, request, options);
}

/** Whatever goes wrong, a request that cannot be written included, rejects. */
async function callOnce(target: CallTarget, request: unknown, options: ServiceCallOptions): Promise<unknown> {
  return call(target, request, options).one();
}

function call(
  { client, endpoint, path, timeoutMs }: CallTarget,
  request: unknown,
  options: ServiceCallOptions,
): ServiceStream<unknown> {
  const { instanceId, ...rest } = options;
  const limited: CallOptions = timeoutMs === null ? rest : { timeoutMs, ...rest };
  const scoped = withCallScope(limited);
  const source =
    instanceId === undefined ? client.generate(request, scoped) : client.direct(request, instanceId, scoped);
  const { output, error } = endpoint;
  return output === null && error === null ? source : new CheckedServiceStream(source, output, error, path);
}

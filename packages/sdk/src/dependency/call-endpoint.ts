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
  { client, endpoint, path, timeoutMs }: CallTarget,
  request: unknown = null,
  options: ServiceCallOptions = {},
): ServiceStream<unknown> | Promise<unknown> {
  const { instanceId, ...rest } = options;
  const limited: CallOptions = timeoutMs === null ? rest : { timeoutMs, ...rest };
  const call = withCallScope(limited);
  const source = instanceId === undefined ? client.generate(request, call) : client.direct(request, instanceId, call);
  const { output, kind } = endpoint;
  const stream = output === null ? source : new CheckedServiceStream(source, output, path);
  return kind === "unary" ? stream.one() : stream;
}

import type { CallOptions, Client } from "@stator/runtime-native";

import { givesStream, takesStream } from "../definition/endpoint-definition.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { isAsyncIterable } from "../schema/request-types.ts";
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

/** One call through a dependency: a stream is returned as it is, one answer as its promise. */
export function callEndpoint(
  target: CallTarget,
  request: unknown = null,
  options: ServiceCallOptions = {},
): ServiceStream<unknown> | Promise<unknown> {
  return givesStream(target.endpoint.kind) ? call(target, request, options) : callOnce(target, request, options);
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
  const sent = takesStream(endpoint.kind) ? requestStream(request, path) : request;
  const limited: CallOptions = timeoutMs === null ? rest : { timeoutMs, ...rest };
  const scoped = withCallScope(limited);
  const source = instanceId === undefined ? client.generate(sent, scoped) : client.direct(sent, instanceId, scoped);
  const { output, error } = endpoint;
  return output === null && error === null ? source : new CheckedServiceStream(source, output, error, path);
}

/** A list is a stream too; the runtime would take it for one request. */
function requestStream(requests: unknown, path: string): AsyncIterable<unknown> {
  if (isAsyncIterable(requests)) return requests;
  if (typeof requests === "object" && requests !== null && Symbol.iterator in requests) {
    return each(requests as Iterable<unknown>);
  }
  throw invalidArgument(`${path} takes a stream of requests: an async iterable, or a list.`);
}

async function* each(requests: Iterable<unknown>): AsyncGenerator {
  yield* requests;
}

import { takesStream } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { isAsyncIterable } from "../schema/request-types.ts";
import { withTrace } from "../tracing/carried-trace.ts";
import { withCallScope } from "../serving/call-scope.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { CheckedServiceStream } from "./checked-service-stream.ts";
import type { ServiceStream } from "./service-stream.ts";

/** Makes one call, on the instance that is asked for or that the runtime chooses. */
export function startCall(target: CallTarget, request: unknown, settings: CallSettings): ServiceStream<unknown> {
  const { client, endpoint, path } = target;
  const { instanceId, signal, id, trace } = settings;
  const metadata = trace === undefined ? settings.metadata : withTrace(trace.inside, settings.metadata);
  const timeoutMs = settings.timeoutMs ?? target.timeoutMs ?? undefined;
  const sent = takesStream(endpoint.kind) ? requestStream(request, path) : request;
  const scoped = withCallScope({ signal, timeoutMs, metadata, id, onOver: trace?.onOver });
  const source = instanceId === undefined ? client.generate(sent, scoped) : client.direct(sent, instanceId, scoped);
  const { output, error } = endpoint;
  return output === null && error === null ? source : new CheckedServiceStream(source, output, error, path, signal);
}

/** A list is a stream too; the runtime would take it for one request. */
export function requestStream(requests: unknown, path: string): AsyncIterable<unknown> {
  if (isAsyncIterable(requests)) return requests;
  if (typeof requests === "object" && requests !== null && Symbol.iterator in requests) {
    return each(requests as Iterable<unknown>);
  }
  throw invalidArgument(`${path} takes a stream of requests: an async iterable, or a list.`);
}

async function* each(requests: Iterable<unknown>): AsyncGenerator {
  yield* requests;
}

import type { CallOptions, ResponseStream } from "@stator/runtime-native";

import { takesStream } from "../definition/endpoint-kind.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { isAsyncIterable } from "../schema/request-types.ts";
import { withTrace } from "../tracing/carried-trace.ts";
import { withCallScope } from "../serving/call-scope.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { CheckedServiceStream } from "./checked-service-stream.ts";
import type { ServiceStream } from "./service-stream.ts";

/** What a call says that says nothing. */
export const NO_SETTINGS: CallSettings = Object.freeze({});

/** Makes one call, on the instance that is asked for or that the runtime chooses. */
export function startCall(target: CallTarget, request: unknown, settings: CallSettings): ServiceStream<unknown> {
  const { endpoint, path } = target;
  const source = send(target, request, settings);
  const { output, error } = endpoint;
  if (output === null && error === null) return source;
  return new CheckedServiceStream(source, output, error, path, settings.signal);
}

/**
 * Makes one call for its one answer, with no step that is not needed. Whatever goes wrong, a request that cannot be written
 * included, rejects.
 */
export function startCallOnce(target: CallTarget, request: unknown, settings: CallSettings): Promise<unknown> {
  const { read, failed } = target.answer;
  try {
    // A promise of its own even where nothing is read: that of the runtime lets an error pass that nobody looks at.
    return send(target, request, settings).one().then(read, failed);
  } catch (error) {
    return Promise.reject(error);
  }
}

function send(target: CallTarget, request: unknown, settings: CallSettings): ResponseStream<unknown> {
  const { client, endpoint, path } = target;
  const { instanceId } = settings;
  const sent = takesStream(endpoint.kind) ? requestStream(request, path) : request;
  const options = withCallScope(settings === NO_SETTINGS ? target.options : optionsOf(target, settings));
  return instanceId === undefined ? client.generate(sent, options) : client.direct(sent, instanceId, options);
}

function optionsOf(target: CallTarget, { signal, id, trace, metadata, timeoutMs }: CallSettings): CallOptions {
  return {
    signal,
    timeoutMs: timeoutMs ?? target.timeoutMs ?? undefined,
    metadata: trace === undefined ? metadata : withTrace(trace.inside, metadata),
    id,
    onOver: trace?.onOver,
  };
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

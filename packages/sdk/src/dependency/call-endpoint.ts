import { givesStream, takesStream } from "../definition/endpoint-kind.ts";
import { tracedCall } from "../tracing/traced-call.ts";
import { tracer } from "../tracing/tracer.ts";
import { attempt } from "./attempts.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { interceptedStream, interceptedValue } from "./intercepted-call.ts";
import type { ServiceStream } from "./service-stream.ts";
import { NO_SETTINGS, requestStream, startCall, startCallOnce } from "./start-call.ts";

/** One call through a dependency: a stream is returned as it is, one answer as its promise. */
export function callEndpoint(
  target: CallTarget,
  request: unknown = null,
  settings: CallSettings = NO_SETTINGS,
): ServiceStream<unknown> | Promise<unknown> {
  // Most calls: nothing stands between them and the runtime, and nobody wants to see them.
  const { interceptors, resume } = settings;
  if (target.isPlain && interceptors === undefined && resume === undefined && tracer() === null) {
    const start = givesStream(target.endpoint.kind) ? startCall : startCallOnce;
    return start(target, request, settings);
  }
  return tracedCall(target, settings, (traced) => made(target, request, traced));
}

function made(target: CallTarget, request: unknown, settings: CallSettings): ServiceStream<unknown> | Promise<unknown> {
  const { kind } = target.endpoint;
  const isPlain = target.way === null && (settings.interceptors ?? []).length === 0;
  if (givesStream(kind)) {
    return isPlain ? attempt(target, request, settings) : interceptedStream(target, sent(target, request), settings);
  }
  return isPlain ? callOnce(target, request, settings) : interceptOnce(target, request, settings);
}

/** Whatever goes wrong, a request that cannot be written included, rejects. */
async function callOnce(target: CallTarget, request: unknown, settings: CallSettings): Promise<unknown> {
  return attempt(target, request, settings).one();
}

async function interceptOnce(target: CallTarget, request: unknown, settings: CallSettings): Promise<unknown> {
  return interceptedValue(target, sent(target, request), settings);
}

function sent({ endpoint, path }: CallTarget, request: unknown): unknown {
  return takesStream(endpoint.kind) ? requestStream(request, path) : request;
}

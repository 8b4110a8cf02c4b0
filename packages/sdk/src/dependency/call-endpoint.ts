import { givesStream, takesStream } from "../definition/endpoint-kind.ts";
import { tracedCall } from "../tracing/traced-call.ts";
import { attempt } from "./attempts.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { interceptedStream, interceptedValue } from "./intercepted-call.ts";
import type { ServiceStream } from "./service-stream.ts";
import { requestStream } from "./start-call.ts";

/** One call through a dependency: a stream is returned as it is, one answer as its promise. */
export function callEndpoint(
  target: CallTarget,
  request: unknown = null,
  settings: CallSettings = {},
): ServiceStream<unknown> | Promise<unknown> {
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

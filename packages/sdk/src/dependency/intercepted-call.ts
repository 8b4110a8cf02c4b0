import { type Clock, StatorError } from "@stator/runtime-native";

import { givesStream, takesStream } from "../definition/endpoint-kind.ts";
import { readInterceptorList } from "../definition/read-interceptors.ts";
import type { CallData } from "../interceptor/call-data.ts";
import type { ClientCall } from "../interceptor/intercepted-call.ts";
import { compose, type Next } from "../interceptor/interceptor.ts";
import { attempt } from "./attempts.ts";
import type { CallSettings, CallTarget } from "./call-target.ts";
import { InterceptedStream } from "./intercepted-stream.ts";
import type { ServiceStream } from "./service-stream.ts";

/** The call itself, which has the same limit, says best why it is late. */
const SLACK_MS = 20;

/** What belongs to one call only, and has to get through interceptors that know nothing of it: copies of a call keep it. */
const SENDING = Symbol("sending");

interface Sending {
  readonly target: CallTarget;
  readonly since: number;
  /** Through the interceptors of the call itself. */
  readonly innermost: Next<ClientCall>;
  readonly resume: CallSettings["resume"];
  readonly trace: CallSettings["trace"];
  /** Hears of each call that is really made. */
  readonly opened: (stream: ServiceStream<unknown>) => void;
}

type SentCall = ClientCall & { readonly [SENDING]: Sending };

/** The end of the way of a dependency's interceptors: the call's own follow. */
export const sendOn: Next<ClientCall> = (call) => (call as SentCall)[SENDING].innermost(call);

/** A call with one answer, through the interceptors. */
export async function interceptedValue(target: CallTarget, request: unknown, settings: CallSettings): Promise<unknown> {
  const signal = settings.signal ?? new AbortController().signal;
  const answer = await run(target, request, settings, signal, () => undefined);
  if (answer.stream) throw wrongAnswer(target, "a stream in place of one value");
  return answer.value;
}

/** A call with a stream of answers, through the interceptors. It has begun when this returns. */
export function interceptedStream(
  target: CallTarget,
  request: unknown,
  settings: CallSettings,
): ServiceStream<unknown> {
  return new InterceptedStream(settings.id ?? null, settings.signal, async (signal, opened) => {
    const answer = await run(target, request, settings, signal, opened);
    if (!answer.stream) throw wrongAnswer(target, "one value in place of a stream");
    return answer.values;
  });
}

async function run(
  target: CallTarget,
  request: unknown,
  settings: CallSettings,
  signal: AbortSignal,
  opened: Sending["opened"],
): Promise<CallData> {
  const { endpoint, path, namespace, component } = target;
  const own = readInterceptorList("interceptors", settings.interceptors);
  const call: SentCall = {
    side: "client",
    path,
    namespace,
    component,
    endpoint: endpoint.name,
    kind: endpoint.kind,
    idempotent: endpoint.idempotent,
    request: takesStream(endpoint.kind)
      ? { stream: true, values: request as AsyncIterable<unknown> }
      : { stream: false, value: request },
    metadata: settings.metadata ?? {},
    signal,
    timeoutMs: settings.timeoutMs ?? target.timeoutMs,
    id: settings.id ?? null,
    instanceId: settings.instanceId ?? null,
    [SENDING]: {
      target,
      since: target.clock.now(),
      innermost: compose<ClientCall>(own, send),
      resume: settings.resume,
      trace: settings.trace,
      opened,
    },
  };
  return inTime((target.way ?? sendOn)(call), call, target.clock);
}

/** Interceptors count, too: what has not been answered, or opened, within the call's limit is late. */
async function inTime(answer: Promise<CallData>, { timeoutMs, path }: ClientCall, clock: Clock): Promise<CallData> {
  if (timeoutMs === null) return answer;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = clock.after(timeoutMs + SLACK_MS, () => reject(late(path, timeoutMs)));
  try {
    return await Promise.race([answer, promise]);
  } finally {
    timer.cancel();
  }
}

function late(path: string, timeoutMs: number): StatorError {
  return new StatorError("deadline_exceeded", `${path}: no end within ${timeoutMs} ms, interceptors among it.`);
}

/** Makes the call that has come through all interceptors. */
async function send(call: ClientCall): Promise<CallData> {
  const { target, since, resume, trace, opened } = (call as SentCall)[SENDING];
  const { request, signal, metadata, id, instanceId, timeoutMs } = call;
  const left = timeoutMs === null ? null : timeoutMs - (target.clock.now() - since);
  if (timeoutMs !== null && left !== null && left <= 0) throw late(target.path, timeoutMs);
  const stream = attempt(target, request.stream ? request.values : request.value, {
    signal,
    metadata,
    resume,
    trace,
    ...(left === null ? {} : { timeoutMs: left }),
    ...(id === null ? {} : { id }),
    ...(instanceId === null ? {} : { instanceId }),
  });
  opened(stream);
  if (givesStream(target.endpoint.kind)) return { stream: true, values: stream };
  return { stream: false, value: await stream.one() };
}

function wrongAnswer({ path }: CallTarget, what: string): StatorError {
  return new StatorError("internal", `An interceptor of calls to ${path} gave ${what}.`);
}

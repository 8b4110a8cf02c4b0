import type { CallSettings, CallTarget } from "../dependency/call-target.ts";
import type { ServiceStream } from "../dependency/service-stream.ts";
import { type AttemptReason, CallTrace } from "./call-trace.ts";
import { tracedAnswer } from "./traced-answer.ts";
import { TracedStream } from "./traced-stream.ts";

type Answer = ServiceStream<unknown> | Promise<unknown>;

/** Makes a call with a span around it, if anybody wants to see it: `make` gets the settings that carry it on. */
export function tracedCall(
  target: CallTarget,
  settings: CallSettings,
  make: (settings: CallSettings) => Answer,
): Answer {
  const mayRepeat = target.retry !== null || target.hedge !== null || settings.resume !== undefined;
  const trace = CallTrace.start(target.spans, mayRepeat);
  if (trace === null) return make(settings);
  let answer: Answer;
  try {
    answer = trace.run(() => make({ ...settings, trace }));
  } catch (error) {
    trace.failed(error);
    throw error;
  }
  if (!trace.span.isRecording()) return answer;
  return answer instanceof Promise ? tracedAnswer(answer, trace) : new TracedStream(answer, trace);
}

/** The same for one of several attempts of a call that has a span already. */
export function tracedAttempt(
  settings: CallSettings,
  reason: AttemptReason,
  make: (settings: CallSettings) => ServiceStream<unknown>,
): ServiceStream<unknown> {
  const trace = settings.trace?.attempt(reason) ?? null;
  if (trace === null) return make(settings);
  try {
    return new TracedStream(
      trace.run(() => make({ ...settings, trace })),
      trace,
    );
  } catch (error) {
    trace.failed(error);
    throw error;
  }
}

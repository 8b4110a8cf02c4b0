import { type Attributes, context, trace } from "@opentelemetry/api";
import type { Handler } from "@stator/runtime-native";

import { CallSpan } from "./call-span.ts";
import { tracedAnswer } from "./traced-answer.ts";
import { TracedItems } from "./traced-items.ts";
import { tracer } from "./tracer.ts";

/** A part of the call that is active, as a span of its own; null if nobody would see it. */
export function startPhase(name: string, attributes: Attributes = {}): CallSpan | null {
  const active = context.active();
  if (trace.getSpan(active)?.isRecording() !== true) return null;
  const span = tracer()?.startSpan(name, { attributes }, active);
  return span === undefined ? null : new CallSpan(span, trace.setSpan(active, span), "inside", false);
}

/** Shows how long a call waits. */
export async function tracedWait(name: string, attributes: Attributes, wait: Promise<void>): Promise<void> {
  const phase = startPhase(name, attributes);
  await (phase === null ? wait : tracedAnswer(wait, phase));
}

/** Shows how long something takes that is done at once. */
export function tracedStep<T>(name: string, step: () => T): T {
  const phase = startPhase(name);
  if (phase === null) return step();
  try {
    const result = phase.run(step);
    phase.ended();
    return result;
  } catch (error) {
    phase.failed(error);
    throw error;
  }
}

/** Shows how long a method itself takes, where there is more around it. */
export function tracedMethod(handler: Handler<unknown, unknown>): Handler<unknown, unknown> {
  return (request, called) => {
    const phase = startPhase("handler");
    if (phase === null) return handler(request, called);
    try {
      const answer = phase.run(() => handler(request, called));
      return Symbol.asyncIterator in answer ? new TracedItems(answer, phase) : tracedAnswer(answer, phase);
    } catch (error) {
      phase.failed(error);
      throw error;
    }
  };
}

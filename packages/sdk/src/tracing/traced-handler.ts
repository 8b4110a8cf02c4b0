import { isSpanContextValid, propagation, ROOT_CONTEXT, type SpanOptions, SpanKind, trace } from "@opentelemetry/api";
import type { Context, Handler } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import { givesStream } from "../definition/endpoint-kind.ts";
import { ATTRIBUTE } from "./attribute.ts";
import { CallSpan } from "./call-span.ts";
import { tracedAnswer } from "./traced-answer.ts";
import { TracedItems } from "./traced-items.ts";
import { tracer } from "./tracer.ts";

/** Gives each call of another service a span, below that of its caller. */
export function tracedHandler(
  handler: Handler<unknown, unknown>,
  { kind }: EndpointDefinition,
  path: string,
): Handler<unknown, unknown> {
  const options: SpanOptions = {
    kind: SpanKind.SERVER,
    attributes: { [ATTRIBUTE.rpcSystem]: "stator", [ATTRIBUTE.rpcMethod]: path, [ATTRIBUTE.callKind]: kind },
  };
  const isStream = givesStream(kind);
  return (request, context) => {
    const call = startServerSpan(path, options, isStream, context);
    if (call === null) return handler(request, context);
    let answer: ReturnType<typeof handler>;
    try {
      answer = call.run(() => handler(request, context));
    } catch (error) {
      call.failed(error);
      throw error;
    }
    if (!(Symbol.asyncIterator in answer)) return tracedAnswer(answer, call);
    return new TracedItems(answer, call, () => (context.signal.aborted ? (context.signal.reason as unknown) : null));
  };
}

function startServerSpan(path: string, options: SpanOptions, isStream: boolean, context: Context): CallSpan | null {
  const active = tracer();
  if (active === null) return null;
  // Not the context that is active: what has received the call belongs to no call.
  const caller = propagation.extract(ROOT_CONTEXT, context.metadata);
  const span = active.startSpan(path, options, caller);
  if (!isSpanContextValid(span.spanContext())) return null;
  if (span.isRecording()) {
    span.setAttribute(ATTRIBUTE.callId, context.id);
    span.setAttribute(ATTRIBUTE.instance, context.instanceId.toString());
  }
  return new CallSpan(span, trace.setSpan(caller, span), "server", isStream);
}

import { isSpanContextValid, trace } from "@opentelemetry/api";
import { type LogFields, setLogTrace } from "@stator/runtime-native";

/** The ids of the span that is active; nothing where none is. */
function activeTrace(): LogFields | null {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined || !isSpanContextValid(span) ? null : { trace_id: span.traceId, span_id: span.spanId };
}

/** Lets every line of the log say which span it belongs to. */
export function traceLogs(): void {
  setLogTrace(activeTrace);
}

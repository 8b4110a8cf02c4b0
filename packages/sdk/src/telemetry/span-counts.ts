import { TraceFlags } from "@opentelemetry/api";
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";
import type { Counter, Metrics } from "@stator/runtime-native";

const NAME = "otel_spans_exported_total";

/** What has become of spans so far. */
export class SpanCounts implements SpanProcessor {
  private ended = 0;
  private shown: Readonly<Record<"sent" | "failed", Counter>> | null = null;
  /** Taken by the receiver. */
  sent = 0;
  /** Given up, because the receiver did not take them, or could not be reached. */
  failed = 0;

  /** Spans that are to be sent, and have not been: those that wait, and those that are lost. */
  get unsent(): number {
    return this.ended - this.sent;
  }

  /** Shows them at `/metrics` from now on. */
  showIn(metrics: Metrics): void {
    const row = (result: string): Counter => {
      const counter = metrics.counter(NAME, { help: "Spans that were sent, or given up.", labels: { result } });
      counter.inc(0);
      return counter;
    };
    this.shown = { sent: row("sent"), failed: row("failed") };
  }

  add(result: "sent" | "failed", spans: number): void {
    this[result] += spans;
    this.shown?.[result].inc(spans);
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.ended += 1;
  }

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}

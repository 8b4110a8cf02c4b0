import { context, propagation, trace } from "@opentelemetry/api";
import type { TracerProvider } from "@opentelemetry/sdk-trace";
import type { Logger, Metrics } from "@stator/runtime-native";

import { settledWithin } from "../serving/settled-within.ts";
import type { SpanCounts } from "./span-counts.ts";
import type { WatchedExporter } from "./watched-exporter.ts";

/** What the last spans have in any case, in milliseconds: less than what the supervisor waits beyond the drain. */
export const LEAST_END_MS = 1500;

/** Traces that this process makes and sends, until it is shut down. */
export class Telemetry implements AsyncDisposable {
  private ending: Promise<void> | null = null;

  /** @internal Use `startTelemetry()`. */
  constructor(
    private readonly provider: TracerProvider,
    private readonly exporter: WatchedExporter,
    private readonly counts: SpanCounts,
    private readonly log: Logger,
    private readonly endMs: number,
  ) {}

  /** Spans that have been sent so far. */
  get sent(): number {
    return this.counts.sent;
  }

  /** Spans that could not be sent so far. */
  get failed(): number {
    return this.counts.failed;
  }

  /** Shows these figures at `/metrics`, as `otel_spans_exported_total`. */
  showIn(metrics: Metrics): void {
    this.counts.showIn(metrics);
  }

  /** Sends what waits to be sent, for at most so many milliseconds. Never rejects. Default: as for `shutdown()`. */
  async flush(timeoutMs: number = this.endMs): Promise<void> {
    await settledWithin(timeoutMs, [this.provider.forceFlush({ timeoutMillis: timeoutMs })]);
  }

  /**
   * Sends what waits, for at most so many milliseconds, and makes no spans any more. Never rejects: what is lost is said in the
   * log. Further calls join the first. Default: `OTEL_EXPORTER_OTLP_TIMEOUT`, else 1500.
   */
  shutdown(timeoutMs: number = this.endMs): Promise<void> {
    this.ending ??= this.end(timeoutMs);
    return this.ending;
  }

  /** @internal The same for a process that has so many milliseconds left. */
  shutdownWithin(leftMs: number): Promise<void> {
    return this.shutdown(Math.min(this.endMs, Math.max(leftMs, LEAST_END_MS)));
  }

  /** As `shutdown()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  private async end(timeoutMs: number): Promise<void> {
    this.exporter.hurry(timeoutMs);
    await settledWithin(timeoutMs, [this.provider.shutdown()]);
    trace.disable();
    context.disable();
    propagation.disable();
    const { unsent } = this.counts;
    if (unsent > 0) this.log.warn(`spans that have not been sent: ${unsent}`);
  }
}

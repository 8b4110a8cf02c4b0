import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import type { Logger } from "@stator/runtime-native";

import type { Destination } from "./exporter-setting.ts";
import type { SpanCounts } from "./span-counts.ts";

/**
 * Sends spans, and says once when that fails and once when it works again: not for each batch, of which there is one every few
 * seconds.
 */
export class WatchedExporter implements SpanExporter {
  private exporter: SpanExporter;
  private earlier: SpanExporter | null = null;
  private isFailing = false;

  constructor(
    private readonly destination: Destination,
    private readonly counts: SpanCounts,
    private readonly log: Logger,
  ) {
    this.exporter = destination.open(null);
  }

  /** What is sent from now on has only so long, in milliseconds: the process is about to end. */
  hurry(timeoutMs: number): void {
    if (this.earlier !== null) return;
    this.earlier = this.exporter;
    this.exporter = this.destination.open(timeoutMs);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const over = (result: ExportResult): void => {
      if (result.code === ExportResultCode.SUCCESS) this.succeeded(spans.length);
      else this.failed(spans.length, result.error);
      // Whoever asked would say it again, to nobody.
      done({ code: ExportResultCode.SUCCESS });
    };
    try {
      this.exporter.export(spans, over);
    } catch (error) {
      over({ code: ExportResultCode.FAILED, error: error as Error });
    }
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  async shutdown(): Promise<void> {
    await Promise.all([this.exporter.shutdown(), this.earlier?.shutdown()]);
  }

  private succeeded(spans: number): void {
    this.counts.add("sent", spans);
    if (!this.isFailing) return;
    this.isFailing = false;
    this.log.info(`traces are sent to ${this.destination.name} again`, { lost: this.counts.failed });
  }

  private failed(spans: number, error: Error | undefined): void {
    this.counts.add("failed", spans);
    if (this.isFailing) return;
    this.isFailing = true;
    const reason = error?.message ?? "no reason is given";
    this.log.warn(
      `traces cannot be sent to ${this.destination.name}: ${reason}; this is said once until it works again`,
    );
  }
}

import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";
import type { TextMapPropagator } from "@opentelemetry/api";
import type { BatchSpanProcessorOptions, Sampler, SpanLimits } from "@opentelemetry/sdk-trace";

import type { EnvironmentReader } from "./environment-reader.ts";
import { LEAST_END_MS } from "./telemetry.ts";
import { readSampler } from "./sampler-setting.ts";

/** How spans are made, kept and handed on; without what the environment leaves to the defaults of OpenTelemetry. */
export interface TelemetrySettings {
  readonly sampler: Sampler;
  readonly propagator: TextMapPropagator;
  readonly batch: Omit<BatchSpanProcessorOptions, "exporter">;
  readonly limits: SpanLimits;
  /** Time that the last spans have when the process ends, in milliseconds. */
  readonly endMs: number;
}

/** The standard variables. */
export function readSettings(environment: EnvironmentReader): TelemetrySettings {
  return {
    sampler: readSampler(environment),
    propagator: readPropagator(environment),
    batch: present({
      scheduledDelayMillis: environment.whole("OTEL_BSP_SCHEDULE_DELAY", 1),
      exportTimeoutMillis: environment.whole("OTEL_BSP_EXPORT_TIMEOUT", 1),
      maxQueueSize: environment.whole("OTEL_BSP_MAX_QUEUE_SIZE", 1),
      maxExportBatchSize: environment.whole("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 1),
    }),
    limits: present({
      attributeCountLimit:
        environment.whole("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", 0) ?? environment.whole("OTEL_ATTRIBUTE_COUNT_LIMIT", 0),
      attributeValueLengthLimit:
        environment.whole("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0) ??
        environment.whole("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0),
      eventCountLimit: environment.whole("OTEL_SPAN_EVENT_COUNT_LIMIT", 0),
      linkCountLimit: environment.whole("OTEL_SPAN_LINK_COUNT_LIMIT", 0),
    }),
    endMs:
      environment.whole("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", 1) ??
      environment.whole("OTEL_EXPORTER_OTLP_TIMEOUT", 1) ??
      LEAST_END_MS,
  };
}

const PROPAGATORS = {
  tracecontext: () => new W3CTraceContextPropagator(),
  baggage: () => new W3CBaggagePropagator(),
} as const;

function readPropagator(environment: EnvironmentReader): TextMapPropagator {
  const names = (environment.text("OTEL_PROPAGATORS") ?? "tracecontext,baggage").split(",").map((name) => name.trim());
  const known = names.flatMap((name) => {
    if (name === "tracecontext" || name === "baggage") return [PROPAGATORS[name]()];
    if (name !== "none" && name !== "") {
      environment.warn(`OTEL_PROPAGATORS names ${JSON.stringify(name)}; only tracecontext and baggage are known.`);
    }
    return [];
  });
  return new CompositePropagator({ propagators: known });
}

/** Without the entries that are null. */
function present<T extends string>(values: Readonly<Record<T, number | null>>): Partial<Record<T, number>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Partial<Record<T, number>>;
}

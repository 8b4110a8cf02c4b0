import type { Attributes } from "@opentelemetry/api";
import type { Sampler, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";

/** What `startTelemetry` takes beside the environment. */
export interface TelemetryOptions {
  /** Name of this process among the services of a trace. `OTEL_SERVICE_NAME` counts more. Default: `stator`. */
  readonly serviceName?: string;
  /** What else is said of this process, such as `{ "service.version": "1.2.0" }`. `OTEL_RESOURCE_ATTRIBUTES` counts more. */
  readonly attributes?: Attributes;
  /** Where spans are sent. Default: what `OTEL_TRACES_EXPORTER` and `OTEL_EXPORTER_OTLP_ENDPOINT` name. */
  readonly exporter?: SpanExporter;
  /** Which traces are kept. Default: what `OTEL_TRACES_SAMPLER` says, else all, or what the caller has decided. */
  readonly sampler?: Sampler;
  /** See spans before the exporter does. Default: none. */
  readonly processors?: readonly SpanProcessor[];
}

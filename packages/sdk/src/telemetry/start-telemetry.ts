import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
  type Resource,
} from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { createLogger, StatorError } from "@stator/runtime-native";

import manifest from "../../package.json" with { type: "json" };
import { checkOptions } from "../definition/check-options.ts";
import { tracer } from "../tracing/tracer.ts";
import { EnvironmentReader } from "./environment-reader.ts";
import { readDestination } from "./exporter-setting.ts";
import { SpanCounts } from "./span-counts.ts";
import { Telemetry } from "./telemetry.ts";
import type { TelemetryOptions } from "./telemetry-options.ts";
import { readSettings } from "./telemetry-settings.ts";
import { WatchedExporter } from "./watched-exporter.ts";

/**
 * Makes traces of the calls of this process, and sends them as the standard `OTEL_*` variables say; by default to
 * `http://localhost:4318`. `serve()` and `stator serve` do it by themselves where the environment names an endpoint.
 *
 * A setting that cannot be used is said in the log and left out; null if nothing can be sent because of it. Throws
 * `invalid_argument` if an OpenTelemetry SDK is registered in this process already: there can be one only.
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry | null {
  checkOptions("startTelemetry", options, ["serviceName", "attributes", "exporter", "sampler", "processors"]);
  if (tracer() !== null) {
    throw new StatorError(
      "invalid_argument",
      "startTelemetry: an OpenTelemetry SDK is registered in this process already; its spans are made by that one.",
    );
  }
  const log = createLogger(() => ({}));
  const environment = new EnvironmentReader(process.env);
  const { exporter } = options;
  const destination =
    exporter === undefined ? readDestination(environment) : { open: () => exporter, name: "the exporter" };
  const { sampler, propagator, batch, limits, endMs } = readSettings(environment);
  for (const warning of environment.warnings) log.warn(warning);
  if (destination === null) return null;
  const counts = new SpanCounts();
  const watched = new WatchedExporter(destination, counts, log);
  const provider = new TracerProvider({
    resource: resourceOf(options),
    sampler: options.sampler ?? sampler,
    spanLimits: limits,
    spanProcessors: [counts, ...(options.processors ?? []), new BatchSpanProcessor({ ...batch, exporter: watched })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(propagator);
  trace.setGlobalTracerProvider(provider);
  return new Telemetry(provider, watched, counts, log, endMs);
}

function resourceOf({ serviceName = "stator", attributes = {} }: TelemetryOptions): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        "service.name": serviceName,
        "service.instance.id": crypto.randomUUID(),
        "process.pid": process.pid,
        "process.runtime.name": "bun",
        "process.runtime.version": Bun.version,
        "telemetry.distro.name": manifest.name,
        "telemetry.distro.version": manifest.version,
        ...attributes,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));
}

import { trace, type Tracer, type TracerProvider } from "@opentelemetry/api";

import manifest from "../../package.json" with { type: "json" };

/** What the provider of the API is until somebody registers a real one: it says so by giving no tracer. */
interface Waiting {
  readonly getDelegateTracer?: (name: string, version: string) => Tracer | undefined;
}

/**
 * The tracer of the OpenTelemetry SDK that is registered in this process; null while there is none. It is asked for at each
 * call, because an SDK may come and go.
 */
export function tracer(): Tracer | null {
  const provider: TracerProvider & Waiting = trace.getTracerProvider();
  const { name, version } = manifest;
  if (provider.getDelegateTracer === undefined) return provider.getTracer(name, version);
  return provider.getDelegateTracer(name, version) ?? null;
}

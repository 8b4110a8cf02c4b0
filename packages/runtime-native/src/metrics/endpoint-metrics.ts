import type { Metrics } from "./metrics.ts";
import type { MetricsRegistry } from "./metrics-registry.ts";

/** The labels that the runtime's own metrics have, so that both can be read together. */
const LABELS = ["dynamo_namespace", "dynamo_component", "dynamo_endpoint"] as const;

/** Metrics whose rows say which endpoint they are of. `path`: `namespace.component.endpoint`. */
export function endpointMetrics(registry: MetricsRegistry, path: string): Metrics {
  const parts = path.split(".");
  return registry.scope(Object.fromEntries(LABELS.map((label, at) => [label, parts[at] ?? ""])));
}

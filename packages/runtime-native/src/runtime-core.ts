import type { Bridge } from "./crossing/bridge.ts";
import type { Publishers } from "./events/publishers.ts";
import type { LogSettings } from "./log-settings.ts";
import type { MetricsRegistry } from "./metrics/metrics-registry.ts";

/** What the parts of a runtime share. */
export interface RuntimeCore {
  readonly bridge: Bridge;
  readonly log: LogSettings;
  readonly publishers: Publishers;
  readonly metrics: MetricsRegistry;
}

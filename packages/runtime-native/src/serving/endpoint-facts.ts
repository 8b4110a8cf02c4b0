import type { Clock } from "../clock.ts";
import type { InstanceIdentity } from "../instance-identity.ts";
import type { LogSettings } from "../log-settings.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** What all calls of a served endpoint have in common. */
export interface EndpointFacts {
  /** `namespace.component.endpoint` */
  readonly path: string;
  /** By what time is measured. */
  readonly clock: Clock;
  readonly identity: InstanceIdentity;
  /** Send the stacks of what handlers throw. */
  readonly development: boolean;
  /** The hash of its contract, shortened; null without one. */
  readonly contract: string | null;
  readonly log: LogSettings;
  /** Those of the endpoint, made when they are asked for. */
  readonly metrics: () => Metrics;
}

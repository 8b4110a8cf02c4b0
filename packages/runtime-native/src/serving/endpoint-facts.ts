import type { InstanceIdentity } from "../instance-identity.ts";
import type { LogSettings } from "../log-settings.ts";

/** What all calls of a served endpoint have in common. */
export interface EndpointFacts {
  /** `namespace.component.endpoint` */
  readonly path: string;
  readonly identity: InstanceIdentity;
  /** Send the stacks of what handlers throw. */
  readonly development: boolean;
  readonly log: LogSettings;
}

import type { JsonValue } from "../json-value.ts";

/** A model that an instance of an endpoint serves, as discovery knows it. */
export interface ServedModel {
  /** The first part of the endpoint's path. */
  readonly namespace: string;
  /** The second part of the endpoint's path. */
  readonly component: string;
  /** The last part of the endpoint's path. */
  readonly endpoint: string;
  /** The instance that serves it. */
  readonly instanceId: bigint;
  /** Tells apart what one instance serves at one endpoint, such as adapters of a model; null for the only one. */
  readonly suffix: string | null;
  /** What was registered; integers of more than 53 bits are `bigint`. */
  readonly card: JsonValue;
}

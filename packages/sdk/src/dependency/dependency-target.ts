import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EndpointContract, ErrorType } from "@stator/runtime-native";

import type { EndpointKind } from "../definition/endpoint-kind.ts";
import type { RetryPolicy } from "../definition/retry-options.ts";

/** One endpoint, as its callers need to know it. */
export interface TargetEndpoint {
  /** The name by which the client calls it. */
  readonly property: string;
  /** The name in discovery. */
  readonly name: string;
  readonly kind: EndpointKind;
  /** Brings each item into its one form at the caller; null to take items as they come. */
  readonly output: StandardSchemaV1 | null;
  /** Reads the error that it declares; null if it declares none. */
  readonly error: ErrorType | null;
  readonly idempotent: boolean;
  readonly timeoutMs: number | null;
  /** How a failed call is made again, unless the dependency says otherwise. */
  readonly retry: RetryPolicy | null;
  /** What the caller was built with; null if nobody says. */
  readonly contract: EndpointContract | null;
}

/** The service that a dependency stands for. */
export interface DependencyTarget {
  /** For messages: the class's name, or that of the contract. */
  readonly label: string;
  readonly namespace: string;
  readonly component: string;
  readonly endpoints: readonly TargetEndpoint[];
}

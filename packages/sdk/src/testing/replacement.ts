import { isCommandService } from "../definition/command-service.ts";
import type { ServiceClass } from "../definition/service-definition.ts";
import type { Tested } from "./tested-service.ts";

/** A service, and what stands in for it. `stub` and `fake` make them. */
export interface Replacement {
  /** What others depend on. */
  readonly original: Tested;
  /** What runs in its place. */
  readonly service: ServiceClass;
}

/** What a service is known by, whichever way it is named: a program is its contract. */
export function identityOf(service: unknown): unknown {
  return isCommandService(service) ? service.contract : service;
}

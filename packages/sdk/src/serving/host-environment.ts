import { type Clock, type Handler, systemClock } from "@stator/runtime-native";

import type { EndpointDefinition } from "../definition/endpoint-definition.ts";
import type { ServiceDefinition } from "../definition/service-definition.ts";

/** What services take from outside besides their options. Tests put something else there. */
export interface HostEnvironment {
  /** By what they measure time. */
  readonly clock: Clock;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  /** Around everything else that stands around an endpoint's method. */
  readonly around: Around;
}

export type Around = (
  handler: Handler<unknown, unknown>,
  endpoint: EndpointDefinition,
  service: ServiceDefinition,
) => Handler<unknown, unknown>;

/** That of services which serve. */
export const REAL: HostEnvironment = {
  clock: systemClock,
  random: Math.random,
  around: (handler) => handler,
};

import type { DistributedRuntime } from "@stator/runtime-native";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** By the objects of services; those that nobody holds any more go. */
const runtimes = new WeakMap<object, DistributedRuntime>();

/**
 * The runtime that a service runs in, for its queues, events, keys and metrics: `runtimeOf(this).queue("prefill")`. It is there from
 * `@onStart` on. Whoever started the service shuts it down.
 *
 * @throws StatorError `invalid_argument` for an object that nobody serves yet.
 */
export function runtimeOf(service: object): DistributedRuntime {
  const runtime = runtimes.get(service);
  if (runtime !== undefined) return runtime;
  throw invalidArgument(
    `runtimeOf: ${service.constructor.name} is not served; use it from @onStart on, in an object that serve() has made.`,
  );
}

/** Notes where a service runs. */
export function setRuntimeOf(service: object, runtime: DistributedRuntime): void {
  runtimes.set(service, runtime);
}

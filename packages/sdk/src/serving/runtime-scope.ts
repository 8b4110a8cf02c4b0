import { AsyncLocalStorage } from "node:async_hooks";

import type { DistributedRuntime } from "@stator/runtime-native";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** The runtime of the service whose hook runs. */
const scope = new AsyncLocalStorage<DistributedRuntime>();

/**
 * The runtime that serves this service: for its events, the store, queues, and clients of what no class stands for. It is
 * there in `@onStart` and `@onShutdown`, and in what they start; keep it in a field for later. It ends with the service.
 *
 * @throws StatorError `invalid_argument` elsewhere.
 */
export function currentRuntime(): DistributedRuntime {
  const runtime = scope.getStore();
  if (runtime !== undefined) return runtime;
  throw invalidArgument(
    "currentRuntime: there is none here. Call it in @onStart or @onShutdown of a service that serve() or the command line made.",
  );
}

/** Runs a hook of a service that this runtime serves. */
export function runInRuntime<T>(runtime: DistributedRuntime, body: () => T): T {
  return scope.run(runtime, body);
}

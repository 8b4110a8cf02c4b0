import { AsyncLocalStorage } from "node:async_hooks";

import { type CallOptions, type Context, currentContext as runtimeContext } from "@stator/runtime-native";

import { currentClock } from "../clock/clock.ts";

/** The HTTP request that the running code answers. Calls between services have the runtime's own scope. */
const httpScope = new AsyncLocalStorage<Context>();

/** The context of the call that the running code answers, over HTTP or from another service; undefined outside of one. */
export function currentContext(): Context | undefined {
  return httpScope.getStore() ?? runtimeContext();
}

/** Runs `body` as part of the HTTP request that `context` stands for. */
export function runInHttpScope<T>(context: Context, body: () => T): T {
  return httpScope.run(context, body);
}

/** Adds what a call inherits from the HTTP request it is part of: its id, cancellation, the time left, metadata. */
export function withCallScope(options: CallOptions): CallOptions {
  const context = httpScope.getStore();
  if (context === undefined) return options;
  const left = context.deadline === null ? null : Math.max(1, context.deadline - currentClock().now());
  return {
    ...options,
    id: options.id ?? context.id,
    ...(left === null ? {} : { timeoutMs: Math.min(left, options.timeoutMs ?? left) }),
    signal: options.signal === undefined ? context.signal : AbortSignal.any([context.signal, options.signal]),
    metadata: { ...context.metadata, ...options.metadata },
  };
}

import { AsyncLocalStorage } from "node:async_hooks";

import { type Clock, systemClock } from "@stator/runtime-native";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** The clock of the test whose code runs; none outside of tests. */
const scope = new AsyncLocalStorage<Clock>();

/** How to wait. */
export interface SleepOptions {
  /** Ends the wait: it rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** The time as services see it. */
export interface ServiceClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after so many milliseconds. Rejects with `invalid_argument` for what is no time. */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
}

/**
 * The time for services: that of everybody, and in a test with a clock of its own that of the test. A service that waits with
 * `clock.sleep(1000, context)` can be tested without waiting.
 */
export const clock: ServiceClock = {
  now: () => currentClock().now(),
  sleep: (ms, options) => sleepBy(currentClock(), ms, options),
};

/** The clock that counts where this is called. */
export function currentClock(): Clock {
  return scope.getStore() ?? systemClock;
}

/** Runs `body`, and everything that it starts, by this clock. */
export function runByClock<T>(by: Clock, body: () => T): T {
  return scope.run(by, body);
}

/** Resolves when so much time has passed by that clock. */
export async function sleepBy(by: Clock, ms: number, { signal }: SleepOptions = {}): Promise<void> {
  if (typeof ms !== "number" || !(ms >= 0 && ms < Infinity)) {
    throw invalidArgument(`clock.sleep: ${String(ms)} is no time; give milliseconds, at least 0.`);
  }
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = by.after(ms, resolve);
  const aborted = (): void => reject(signal?.reason as Error);
  signal?.addEventListener("abort", aborted, { once: true });
  try {
    await promise;
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", aborted);
  }
}

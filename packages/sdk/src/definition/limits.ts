import { checkOptions, checkWhole } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";

/** How many calls run at once, in each process. */
export interface LimitOptions {
  /** Calls that run at the same time. Default: no limit. */
  maxConcurrency?: number;
  /** Calls that may wait for a place, first come, first served. Those beyond are refused with `overloaded`. Default: 0. */
  queue?: number;
}

/** What `@service` limits: all calls of its endpoints together. */
export interface ServiceLimitOptions extends LimitOptions {
  /** Longest time for a call of an endpoint that says none itself, in milliseconds. Default: none. */
  timeoutMs?: number;
}

/** A limit on calls that run at once. */
export interface Limits {
  readonly maxConcurrency: number;
  readonly queue: number;
}

/** The limit on concurrency, null for none. */
export function readLimits(where: string, options: LimitOptions = {}, more: readonly string[] = []): Limits | null {
  checkOptions(where, options, ["maxConcurrency", "queue", ...more]);
  checkWhole(`${where}: maxConcurrency`, options.maxConcurrency, 1);
  checkWhole(`${where}: queue`, options.queue, 0);
  const { maxConcurrency, queue } = options;
  if (maxConcurrency !== undefined) return { maxConcurrency, queue: queue ?? 0 };
  if (queue === undefined) return null;
  throw invalidArgument(`${where}: queue needs maxConcurrency: without it no call ever waits.`);
}

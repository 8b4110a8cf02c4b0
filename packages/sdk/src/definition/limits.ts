import { checkOptions, checkWhole } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";

/** How many calls run at once, and how many come in a second, in each process. */
export interface LimitOptions {
  /** Calls that run at the same time. Default: no limit. */
  maxConcurrency?: number;
  /** Calls that may wait for a place, first come, first served. Those beyond are refused with `overloaded`. Default: 0. */
  queue?: number;
  /** Calls that are taken in a second, on average; those beyond are refused with `overloaded`. Default: no limit. */
  perSecond?: number;
  /** Calls that are taken at once after a quiet time. Default: `perSecond`, at least 1. */
  burst?: number;
}

/** The names of the options, for the check of unknown ones. */
export const LIMIT_OPTIONS = ["maxConcurrency", "queue", "perSecond", "burst"] as const;

/** What `@service` limits: all calls of its endpoints together. */
export interface ServiceLimitOptions extends LimitOptions {
  /** Longest time for a call of an endpoint that says none itself, in milliseconds. Default: none. */
  timeoutMs?: number;
}

/** A limit on calls that come in a second. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** The limits of a service or an endpoint; null where there is none. */
export interface Limits {
  /** Calls that run at the same time; null for no limit. */
  readonly maxConcurrency: number | null;
  /** Calls that may wait for a place. */
  readonly queue: number;
  /** Calls that are taken in a second; null for no limit. */
  readonly rate: Rate | null;
}

/** The limits, null for none. */
export function readLimits(where: string, options: LimitOptions = {}, more: readonly string[] = []): Limits | null {
  checkOptions(where, options, [...LIMIT_OPTIONS, ...more]);
  checkWhole(`${where}: maxConcurrency`, options.maxConcurrency, 1);
  checkWhole(`${where}: queue`, options.queue, 0);
  checkWhole(`${where}: burst`, options.burst, 1);
  const { maxConcurrency = null, queue, perSecond, burst } = options;
  if (perSecond !== undefined && !(Number.isFinite(perSecond) && perSecond > 0)) {
    throw invalidArgument(`${where}: perSecond: ${String(perSecond)} is not a number of calls above 0.`);
  }
  if (maxConcurrency === null && queue !== undefined) {
    throw invalidArgument(`${where}: queue needs maxConcurrency: without it no call ever waits.`);
  }
  if (perSecond === undefined && burst !== undefined) throw invalidArgument(`${where}: burst needs perSecond.`);
  const rate = perSecond === undefined ? null : { perSecond, burst: burst ?? Math.max(1, Math.ceil(perSecond)) };
  return maxConcurrency === null && rate === null ? null : { maxConcurrency, queue: queue ?? 0, rate };
}

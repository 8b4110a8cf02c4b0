import { checkOptions, checkWhole } from "./check-options.ts";
import { invalidArgument } from "./invalid-argument.ts";

/** How failed calls are made again, where that is safe. */
export interface RetryOptions {
  /** Attempts in all, the first among them. Default: 3. */
  attempts?: number;
  /** Longest wait before the second attempt, in milliseconds; twice as long before each further one. Default: 50. */
  baseMs?: number;
  /** Longest wait before any attempt, in milliseconds. Default: 2000. */
  maxMs?: number;
  /**
   * How many further attempts a dependency may make for each call, on average: 0.2 lets a fifth of the calls be made twice.
   * A dependency that has been quiet may make ten at once. Default: 0.2.
   */
  budget?: number;
}

/** The same with nothing left out. */
export type RetryPolicy = Readonly<Required<RetryOptions>>;

/** Null for no retries. */
export function readRetry(where: string, options: RetryOptions | undefined): RetryPolicy | null {
  if (options === undefined) return null;
  checkOptions(where, options, ["attempts", "baseMs", "maxMs", "budget"]);
  checkWhole(`${where}: attempts`, options.attempts, 1);
  checkWhole(`${where}: baseMs`, options.baseMs, 0);
  checkWhole(`${where}: maxMs`, options.maxMs, 0);
  const { attempts = 3, baseMs = 50, maxMs = 2000, budget = 0.2 } = options;
  if (typeof budget !== "number" || !(budget >= 0) || !Number.isFinite(budget)) {
    throw invalidArgument(`${where}: budget: ${String(budget)} is not a share of the calls, such as 0.2.`);
  }
  return { attempts, baseMs, maxMs, budget };
}

import { checkOptions, checkWhole } from "../definition/check-options.ts";

/** When an instance that fails gets no more calls, for a while. */
export interface BreakerOptions {
  /** Failures in a row. Default: 5. */
  failures?: number;
  /** How long it is left out the first time, in milliseconds; twice as long each further time. Default: 5000. */
  openMs?: number;
  /** The longest time that it is left out, in milliseconds. Default: 60,000. */
  maxOpenMs?: number;
}

/** The same with nothing left out. */
export type BreakerPolicy = Readonly<Required<BreakerOptions>>;

/** Null for no breaker. */
export function readBreaker(where: string, options: BreakerOptions | boolean | undefined): BreakerPolicy | null {
  if (options === undefined || options === false) return null;
  const given = options === true ? {} : options;
  checkOptions(where, given, ["failures", "openMs", "maxOpenMs"]);
  checkWhole(`${where}: failures`, given.failures, 1);
  checkWhole(`${where}: openMs`, given.openMs, 1);
  checkWhole(`${where}: maxOpenMs`, given.maxOpenMs, 1);
  const { failures = 5, openMs = 5000, maxOpenMs = 60_000 } = given;
  return { failures, openMs, maxOpenMs: Math.max(openMs, maxOpenMs) };
}

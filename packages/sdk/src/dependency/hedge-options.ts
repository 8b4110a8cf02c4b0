import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";

/** When a call that takes long is made a second time, beside the first. */
export interface HedgeOptions {
  /** How long the first has to answer, or to give its first item, in milliseconds. */
  afterMs: number;
  /** Second calls for each call, on average. A dependency that has been quiet may make ten at once. Default: 0.1. */
  budget?: number;
}

/** The same with nothing left out. */
export type HedgePolicy = Readonly<Required<HedgeOptions>>;

/** Null for no second calls. */
export function readHedge(where: string, options: HedgeOptions | undefined): HedgePolicy | null {
  if (options === undefined) return null;
  checkOptions(where, options, ["afterMs", "budget"]);
  if (options.afterMs === undefined)
    throw invalidArgument(`${where}: afterMs is missing: how long the first call has.`);
  checkWhole(`${where}: afterMs`, options.afterMs, 1);
  const { afterMs, budget = 0.1 } = options;
  if (typeof budget !== "number" || !(budget >= 0) || !Number.isFinite(budget)) {
    throw invalidArgument(`${where}: budget: ${String(budget)} is not a share of the calls, such as 0.1.`);
  }
  return { afterMs, budget };
}

import { StatorError } from "./stator-error.ts";

/** The longest time that fits the crossing and the wire: about 49 days. */
const LONGEST = 0xffff_fffe;

/**
 * A time limit as the core takes it: whole milliseconds, rounded up. `undefined` and `Infinity` mean no limit: null.
 *
 * @throws StatorError `invalid_argument`, naming the option, for anything else that is not a number of at least `least`.
 */
export function milliseconds(option: string, value: number | undefined, least: 0 | 1): number | null {
  if (value === undefined || value === Infinity) return null;
  if (typeof value === "number" && value >= 0 && (value > 0 || least === 0)) {
    return Math.max(least, Math.min(LONGEST, Math.ceil(value)));
  }
  const range = least === 0 ? "a number of milliseconds" : "a positive number of milliseconds";
  throw new StatorError("invalid_argument", `${option} is ${String(value)}; give ${range}`);
}

import { invalidArgument } from "./invalid-argument.ts";
import { suggestion } from "./nearest-name.ts";

/** Refuses options that nobody would read: a typing mistake must not pass in silence. */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalidArgument(`${where}: the options must be an object.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw invalidArgument(`${where}: unknown option "${name}"; ${suggestion(name, known)}`);
  }
}

/** Refuses anything but a whole number of at least `min`. Missing is fine. */
export function checkWhole(where: string, value: number | undefined, min: number): void {
  if (value === undefined) return;
  if (!Number.isSafeInteger(value) || value < min) {
    throw invalidArgument(`${where}: ${String(value)} is not a whole number of at least ${min}.`);
  }
}

/** Refuses anything but a number of processes, or `auto`. */
export function checkWorkers(where: string, workers: number | "auto" | undefined): void {
  if (workers !== "auto") checkWhole(`${where}: workers`, workers, 1);
}

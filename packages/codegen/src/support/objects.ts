import { type Invalid, Measure, mismatch } from "./failure.ts";

/** Lists and objects inside of each other that a value may have, as in serde_json. */
export const MAX_DEPTH = 127;

export function tooDeep(): Invalid {
  return mismatch(`at most ${MAX_DEPTH} levels of lists and objects`, new Measure("more"));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object whose own keys are its data: not a `Map`, a `Date` or another class, whose data would be lost. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The value of a key that every object inherits something under, or `missing` where there is none. */
export function own(value: object, key: string, missing?: unknown): unknown {
  const found = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  return found === undefined ? missing : found;
}

/** Whether an object has no other keys than these. Notes the failure if it has. */
export function hasOnly(value: object, keys: ReadonlySet<string>): boolean {
  for (const key of Object.keys(value)) {
    if (!keys.has(key)) {
      const known = [...keys].join(", ");
      mismatch(known === "" ? "no keys" : `no keys but ${known}`, new Measure(JSON.stringify(key)));
      return false;
    }
  }
  return true;
}

/** The one key of an object, or null when it has none or several. */
export function soleKey(value: object): string | null {
  const keys = Object.keys(value);
  return keys.length === 1 ? (keys[0] as string) : null;
}

/** An object that can hold any key, `__proto__` too. */
export function emptyMap<Value>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

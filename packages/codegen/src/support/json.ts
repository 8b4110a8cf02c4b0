import { INVALID, type Invalid, inside, mismatch } from "./failure.ts";
import { isPlainObject, MAX_DEPTH, tooDeep } from "./objects.ts";

/** Any JSON value. Integers beyond 2^53 are `bigint`. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Checks that a value survives JSON as it is. `depth` counts the lists and objects around it. */
export function readJson(value: unknown, depth: number): JsonValue | Invalid {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value.isWellFormed() ? value : mismatch("a string without lone surrogates", value);
    case "number":
      return Number.isFinite(value) ? value : mismatch("a finite number", value);
    case "bigint":
      return value >= -(2n ** 63n) && value < 2n ** 64n ? value : mismatch("an integer of 64 bits", value);
    case "object":
      if (value === null) return null;
      if (depth >= MAX_DEPTH) return tooDeep();
      if (Array.isArray(value)) {
        for (let index = 0; index < value.length; index++) {
          if (readJson(value[index], depth + 1) === INVALID) return inside(index);
        }
        return value as JsonValue[];
      }
      if (!isPlainObject(value)) return mismatch("a JSON value", value);
      for (const key of Object.keys(value)) {
        const inner = value[key];
        // Such keys are left out of the text.
        if (inner === undefined) continue;
        if (!key.isWellFormed()) return mismatch("a key without lone surrogates", key);
        if (readJson(inner, depth + 1) === INVALID) return inside(key);
      }
      return value as { readonly [key: string]: JsonValue };
    default:
      return mismatch("a JSON value", value);
  }
}

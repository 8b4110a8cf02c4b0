import { StatorError } from "../stator-error.ts";

/** How deep a value may be nested where it is looked through: deeper ones, and cycles, would exhaust the stack. */
const MAX_DEPTH = 2_000;

/** Throws `invalid_argument`, with the path, for what `JSON.stringify` would quietly write as `null`. */
export function refuseInexact(value: unknown): void {
  look(value, "", 0);
}

function look(value: unknown, path: string, depth: number): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) refuse(path, String(value));
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (depth > MAX_DEPTH) {
    throw new StatorError(
      "invalid_argument",
      `the value is nested deeper than ${MAX_DEPTH} levels, or contains itself`,
    );
  }
  if (hasToJson(value)) {
    if (value instanceof Date && Number.isNaN(value.getTime())) refuse(path, "an invalid date");
    look(value.toJSON(""), path, depth + 1);
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const part: unknown = value[index];
      if (isLeftOut(part)) refuse(`${path}[${index}]`, typeof part);
      if (needsLook(part)) look(part, `${path}[${index}]`, depth + 1);
    }
  } else {
    for (const key of Object.keys(value)) {
      const part = (value as Record<string, unknown>)[key];
      if (needsLook(part)) look(part, path === "" ? key : `${path}.${key}`, depth + 1);
    }
  }
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

/** What `JSON.stringify` leaves out of objects and writes as `null` in lists. */
function isLeftOut(part: unknown): boolean {
  return part === undefined || typeof part === "function" || typeof part === "symbol";
}

function needsLook(part: unknown): boolean {
  return typeof part === "number" ? !Number.isFinite(part) : typeof part === "object" && part !== null;
}

function refuse(path: string, what: string): never {
  throw new StatorError("invalid_argument", `${path === "" ? "the value" : path} is ${what}, which JSON cannot hold`);
}

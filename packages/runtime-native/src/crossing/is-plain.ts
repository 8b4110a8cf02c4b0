/** How deep is looked, and how far into a list. Beyond that the text is looked through, which is faster for what is large. */
const MAX_DEPTH = 2;
const MAX_LENGTH = 32;

/**
 * Whether `JSON.stringify` writes the value for certain as it is: small objects and lists of texts, finite numbers, booleans and
 * null. What most calls and items are; false only means that it has to be looked at more closely.
 */
export function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && isPlainObject(value, 0);
}

function isPlainObject(value: object, depth: number): boolean {
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return isPlainList(value as readonly unknown[], depth);
  if (prototype !== Object.prototype) return false;
  for (const key in value) {
    const part = (value as Record<string, unknown>)[key];
    // Most are settled without a call. A function is left out where it is a field, as everywhere.
    if (typeof part === "object") {
      if (part !== null && (depth === MAX_DEPTH || !isPlainObject(part, depth + 1))) return false;
    } else if (typeof part === "number" && !Number.isFinite(part)) {
      return false;
    }
  }
  return true;
}

function isPlainList(list: readonly unknown[], depth: number): boolean {
  if (list.length > MAX_LENGTH) return false;
  for (const part of list) {
    if (typeof part === "object") {
      if (part !== null && (depth === MAX_DEPTH || !isPlainObject(part, depth + 1))) return false;
    } else if (typeof part === "number") {
      if (!Number.isFinite(part)) return false;
    } else if (typeof part !== "string" && typeof part !== "boolean") {
      return false;
    }
  }
  return true;
}

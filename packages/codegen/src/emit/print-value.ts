import type { JsonValue } from "@stator/contract";
import { printKey } from "./print-type.ts";

/** JSON as a TypeScript expression, on one line. */
export function printValue(value: JsonValue): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(printValue).join(", ")}]`;
  const entries = Object.entries(value).map(([key, inner]) => `${printLiteralKey(key)}: ${printValue(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A key in an object literal, where `__proto__: x` would set the prototype. */
export function printLiteralKey(key: string): string {
  return key === "__proto__" ? '["__proto__"]' : printKey(key);
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

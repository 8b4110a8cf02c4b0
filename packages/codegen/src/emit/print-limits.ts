import type { Limits, TypeRef } from "@stator/contract";
import type { ReaderWriter } from "./reader.ts";

/** Conditions that hold when a value keeps its limits; they note the failure. `value` is not null. */
export function printLimits(writer: ReaderWriter, type: TypeRef, limits: Limits, value: string): string[] {
  if (type.kind === "option") return printLimits(writer, type.of, limits, value);
  const checks: string[] = [];
  if (limits.minLength !== undefined || limits.maxLength !== undefined) {
    const name = type.kind === "string" ? "hasBytes" : type.kind === "map" ? "hasEntries" : "hasItems";
    const check = type.kind === "bytes" ? writer.support("bytes", "hasLength") : writer.support("limits", name);
    checks.push(`${check}(${value}, ${limits.minLength ?? 0}, ${limits.maxLength ?? "Infinity"})`);
  }
  if (limits.minChars !== undefined || limits.maxChars !== undefined) {
    const check = writer.support("limits", "hasChars");
    checks.push(`${check}(${value}, ${limits.minChars ?? 0}, ${limits.maxChars ?? "Infinity"})`);
  }
  if (limits.min !== undefined || limits.max !== undefined) {
    const check = writer.support("limits", type.kind === "float" && type.bits === 32 ? "isWithin32" : "isWithin");
    const number = type.kind === "int" && type.policy === "string" ? `BigInt(${value})` : value;
    const isWide = type.kind === "int" && (type.policy === "bigint" || type.policy === "string");
    checks.push(`${check}(${number}, ${printBound(limits.min, isWide)}, ${printBound(limits.max, isWide)})`);
  }
  return checks;
}

function printBound(bound: number | bigint | undefined, isWide: boolean): string {
  if (bound === undefined) return "null";
  return isWide ? `${bound}n` : String(bound);
}

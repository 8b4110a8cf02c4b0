import type { TypeRef } from "../document.ts";
import { integerRange } from "../integer-range.ts";

type Int = TypeRef & { kind: "int" };
type Float = TypeRef & { kind: "float" };

const MOST_EXACT = 2n ** 53n - 1n;

/** The integers that a type holds, as its policy narrows it. */
export function rangeOf(type: Int): { min: bigint; max: bigint } {
  const { min, max } = integerRange(type.bits, type.signed);
  if (type.policy !== "number") return { min, max };
  return { min: min < -MOST_EXACT ? -MOST_EXACT : min, max: max > MOST_EXACT ? MOST_EXACT : max };
}

/** A type in a few words. */
export function nameOfNumber(type: Int | Float): string {
  if (type.kind === "float") return `f${type.bits}`;
  const name = `${type.signed ? "i" : "u"}${type.bits}`;
  if (type.policy === "number") return `${name} within 2^53 - 1`;
  return type.policy === "string" ? `${name} as decimal text` : name;
}

/** Why a reader does not take every number that a writer may send; null when it does. */
export function numberMisfit(writer: Int | Float, reader: Int | Float): string | null {
  const both = `${nameOfNumber(writer)} is written, ${nameOfNumber(reader)} is read`;
  if (writer.kind === "float") return reader.kind === "float" && reader.bits >= writer.bits ? null : both;
  if (reader.kind === "float") {
    if (writer.policy === "string") return both;
    const exact = reader.bits === 32 ? 2n ** 24n : 2n ** 53n;
    const { min, max } = rangeOf(writer);
    return min >= -exact && max <= exact ? null : `${both}, which rounds large values`;
  }
  if ((writer.policy === "string") !== (reader.policy === "string")) return both;
  const [from, to] = [rangeOf(writer), rangeOf(reader)];
  return from.min >= to.min && from.max <= to.max ? null : both;
}

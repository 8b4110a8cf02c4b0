import { integerRange, type Limits, type TypeRef } from "@stator/contract";
import type { Findings } from "../findings.ts";
import { type JsonSchemaNode, numberAt } from "../schema/json-schema-node.ts";
import { nextAbove } from "../../next-number.ts";
import type { Place } from "./place.ts";
import type { Use } from "./conversion-context.ts";

/** The narrowest integer that holds the limits exactly. Integers beyond 2^53 never are plain numbers in JavaScript. */
export function integerUse(node: JsonSchemaNode, place: Place, findings: Findings): Use {
  const after = numberAt(node, "exclusiveMinimum");
  const before = numberAt(node, "exclusiveMaximum");
  const most = Number.MAX_SAFE_INTEGER;
  const low = Math.max(
    Math.ceil(numberAt(node, "minimum") ?? -most),
    after === undefined ? -most : Math.floor(after) + 1,
    -most,
  );
  const high = Math.min(
    Math.floor(numberAt(node, "maximum") ?? most),
    before === undefined ? most : Math.ceil(before) - 1,
    most,
  );
  if (low > high) findings.problem(place, `no integer is within its limits (${low} to ${high}). Correct them`);
  const signed = low < 0;
  const bits = [8, 16, 32].find((width) => {
    const { min, max } = integerRange(width, signed);
    return low >= min && high <= max;
  });
  const type: TypeRef =
    bits === undefined ? { kind: "int", bits: 64, signed, policy: "number" } : { kind: "int", bits, signed };
  const range = bits === undefined ? { min: signed ? -most : 0, max: most } : integerRange(bits, signed);
  const limits: Limits = {
    ...(BigInt(low) === BigInt(range.min) ? {} : { min: low }),
    ...(BigInt(high) === BigInt(range.max) ? {} : { max: high }),
  };
  return { type, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
}

/** A finite number. A limit that is itself left out becomes the next number of 64 bits, which is the same. */
export function floatUse(node: JsonSchemaNode, place: Place, findings: Findings): Use {
  const after = numberAt(node, "exclusiveMinimum");
  const before = numberAt(node, "exclusiveMaximum");
  const low = Math.max(numberAt(node, "minimum") ?? -Infinity, after === undefined ? -Infinity : nextAbove(after));
  const high = Math.min(numberAt(node, "maximum") ?? Infinity, before === undefined ? Infinity : -nextAbove(-before));
  if (low > high) findings.problem(place, `no number is within its limits (${low} to ${high}). Correct them`);
  const limits: Limits = {
    ...(low <= -Number.MAX_VALUE ? {} : { min: low }),
    ...(high >= Number.MAX_VALUE ? {} : { max: high }),
  };
  return { type: { kind: "float", bits: 64 }, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
}

import type { Limits, TextFormat } from "@stator/contract";
import type { Findings } from "../findings.ts";
import { type JsonSchemaNode, markOf, numberAt, textAt } from "../schema/json-schema-node.ts";
import type { Use } from "./conversion-context.ts";
import type { Place } from "./place.ts";

/**
 * Formats that accept exactly what one of ours does, by their pattern: the keyword alone says little, because libraries
 * mean different things by it. A UUID is mostly accepted in capitals too, a time with any number of decimals.
 */
const exact: Readonly<Record<string, TextFormat>> = {
  "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$": "uuid",
  // What zod writes for z.iso.date(): days that there are.
  "^(?:(?:\\d\\d[2468][048]|\\d\\d[13579][26]|\\d\\d0[48]|[02468][048]00|[13579][26]00)-02-29|\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|(?:02)-(?:0[1-9]|1\\d|2[0-8])))$":
    "date",
};

/** The format of ours that a node stands for, or null. */
export function exactFormat(node: JsonSchemaNode): TextFormat | null {
  const pattern = textAt(node, "pattern");
  if (pattern === undefined || !Object.hasOwn(exact, pattern)) return null;
  return numberAt(node, "minLength") === undefined && numberAt(node, "maxLength") === undefined
    ? (exact[pattern] as TextFormat)
    : null;
}

/** Text, with its lengths in characters. */
export function textUse(node: JsonSchemaNode, place: Place, findings: Findings): Use {
  const format = exactFormat(node);
  if (format !== null) return { type: { kind: "text", format } };
  const named = textAt(node, "format");
  if (named !== undefined) findings.note(place, `the format ${named}, only the service checks`);
  else if (node["pattern"] !== undefined) findings.note(place, "the pattern, only the service checks");
  if (markOf(node).rewrites === true) return { type: { kind: "string" } };
  const least = numberAt(node, "minLength") ?? 0;
  const most = numberAt(node, "maxLength");
  if (most !== undefined && least > most) {
    findings.problem(place, `no text is ${least} to ${most} long. Correct the limits`);
  }
  const limits: Limits = {
    ...(least === 0 ? {} : { minChars: least }),
    ...(most === undefined ? {} : { maxChars: most }),
  };
  return { type: { kind: "string" }, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
}

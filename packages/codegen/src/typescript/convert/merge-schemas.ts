import { asNode, entries, isNode, type JsonSchemaNode, MARK, marked, type Mark } from "../schema/json-schema-node.ts";

/** Keywords that narrow what fits; all others only describe. */
const narrowing = new Set(
  (
    "type properties required additionalProperties propertyNames minProperties maxProperties items prefixItems minItems " +
    "maxItems uniqueItems minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern enum " +
    "const anyOf oneOf allOf not contentEncoding"
  ).split(" "),
);

export function narrows(node: JsonSchemaNode): boolean {
  return Object.keys(node).some((keyword) => narrowing.has(keyword));
}

/** A node without some of its keywords. */
export function without(node: JsonSchemaNode, ...keywords: readonly string[]): JsonSchemaNode {
  return Object.fromEntries(Object.entries(node).filter(([keyword]) => !keywords.includes(keyword)));
}

const greater = new Set(["minProperties", "minItems", "minimum", "exclusiveMinimum", "minLength"]);
const smaller = new Set(["maxProperties", "maxItems", "maximum", "exclusiveMaximum", "maxLength"]);

/**
 * One schema for what fits both. Throws an `Error` that names the keyword when there is none in the terms of a document.
 *
 * References have to be resolved before; inner schemas are put into an `allOf` and merged when their turn comes.
 */
export function mergeSchemas(left: JsonSchemaNode, right: JsonSchemaNode): JsonSchemaNode {
  for (const keyword of ["anyOf", "oneOf"]) {
    const [from, other] = left[keyword] === undefined ? [right, left] : [left, right];
    const branches = from[keyword];
    if (!Array.isArray(branches)) continue;
    const rest = mergeSchemas(without(from, keyword), other);
    return narrows(rest)
      ? { [keyword]: branches.map((branch: unknown) => ({ allOf: [branch, rest] })) }
      : { ...rest, ...from };
  }
  if (left["additionalProperties"] !== undefined || right["additionalProperties"] !== undefined)
    mergeUnknownKeys(left, right);
  const merged: Record<string, unknown> = { ...left };
  for (const [keyword, value] of Object.entries(right)) {
    const before = merged[keyword];
    // Definitions like __proto__ are no keywords, so plain assignment is safe here.
    merged[keyword] = before === undefined ? value : mergeKeyword(keyword, before, value);
  }
  return merged;
}

/** Two objects that both have keys are one only where neither says what else may be there. */
function mergeUnknownKeys(left: JsonSchemaNode, right: JsonSchemaNode): void {
  const both = [left, right];
  if (both.some((node) => node["properties"] === undefined)) return;
  const policies = both.map((node) => node["additionalProperties"] ?? true);
  if (policies.some((policy) => policy !== true && !Bun.deepEquals(policy, {}))) {
    throw new Error("both have keys, and one says what becomes of all others");
  }
}

function mergeKeyword(keyword: string, left: unknown, right: unknown): unknown {
  if (Bun.deepEquals(left, right)) return left;
  if (keyword === MARK) return marked({ [MARK]: left }, right as Mark)[MARK];
  if (!narrowing.has(keyword) || keyword === "pattern" || keyword === "multipleOf") return left;
  if (greater.has(keyword)) return Math.max(left as number, right as number);
  if (smaller.has(keyword)) return Math.min(left as number, right as number);
  switch (keyword) {
    case "required":
      return [...new Set([...(left as string[]), ...(right as string[])])];
    case "properties": {
      const both = new Map(entries(left));
      for (const [key, schema] of entries(right)) {
        const other = both.get(key);
        both.set(key, other === undefined ? schema : bothOf(other, schema));
      }
      return Object.fromEntries(both);
    }
    case "items":
    case "propertyNames":
      return bothOf(asNode(left), asNode(right));
    case "enum":
      return (left as unknown[]).filter((value) => (right as unknown[]).includes(value));
    case "allOf":
      return [...(left as unknown[]), ...(right as unknown[])];
    case "type":
      if (new Set([left, right]).difference(new Set(["integer", "number"])).size === 0) return "integer";
      break;
    default:
      break;
  }
  throw new Error(`${keyword} has two meanings`);
}

function bothOf(left: JsonSchemaNode, right: JsonSchemaNode): JsonSchemaNode {
  return isNode(left) && Bun.deepEquals(left, right) ? left : { allOf: [left, right] };
}

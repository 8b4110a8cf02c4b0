import { isNode, type JsonSchemaNode, marked } from "./json-schema-node.ts";

/** Keywords under which keys are names and not keywords. */
const maps = new Set(["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"]);

const note = "its default is another one with each call: clients leave the key out, and the service fills it in";

/**
 * Compares two conversions of one schema. A default that differs is computed (a time, a random id): it is no part of
 * the contract, and would change the document with each export.
 */
export function dropChangingDefaults(schema: JsonSchemaNode, again: JsonSchemaNode): JsonSchemaNode {
  return walk(schema, again, false) as JsonSchemaNode;
}

function walk(value: unknown, again: unknown, isMap: boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => walk(item, Array.isArray(again) ? again[index] : undefined, false));
  }
  if (!isNode(value) || !isNode(again)) return value;
  const others = Object.entries(again);
  const isDynamic = !isMap && "default" in value && !Bun.deepEquals(value["default"], again["default"]);
  const kept = Object.entries(value).flatMap(([key, inner], index): [string, unknown][] => {
    if (!isMap && key === "default") return isDynamic ? [] : [[key, inner]];
    // Some libraries number their definitions anew each time.
    const other = isMap && !Object.hasOwn(again, key) ? others[index]?.[1] : again[key];
    return [[key, walk(inner, other, !isMap && maps.has(key))]];
  });
  const result = Object.fromEntries(kept);
  return isDynamic ? marked(result, { notes: [note] }) : result;
}

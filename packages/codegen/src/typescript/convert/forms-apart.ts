import { asNode, entries, type JsonSchemaNode, texts } from "../schema/json-schema-node.ts";
import type { Conversion } from "./conversion-context.ts";
import { literalsOf } from "./convert-literals.ts";

/** Whether it is certain that no value fits both schemas. */
export function areApart(conversion: Conversion, left: JsonSchemaNode, right: JsonSchemaNode): boolean {
  const [a, b] = [literalsOf(left), literalsOf(right)];
  if (a !== null && b !== null) return !a.some((value) => b.includes(value));
  const [from, to] = [typesOf(left), typesOf(right)];
  if (from.isDisjointFrom(to)) return from.size > 0 && to.size > 0;
  if (!from.has("object") || !to.has("object") || from.size + to.size > 2) return false;
  return lacksNeeded(left, right) || lacksNeeded(right, left) || differInKey(conversion, left, right);
}

function typesOf(node: JsonSchemaNode): Set<unknown> {
  const literals = literalsOf(node);
  const types =
    literals === null ? [node["type"] ?? []].flat() : literals.map((value) => (value === null ? "null" : typeof value));
  return new Set(types.flatMap((type) => (type === "number" ? ["number", "integer"] : type)));
}

/** Whether one object needs a key that the other one refuses. */
function lacksNeeded(needs: JsonSchemaNode, refuses: JsonSchemaNode): boolean {
  if (refuses["additionalProperties"] !== false) return false;
  const known = new Set(entries(refuses["properties"]).map(([key]) => key));
  return texts(needs["required"]).some((key) => !known.has(key));
}

/** Whether both need a key whose values have nothing in common. */
function differInKey(conversion: Conversion, left: JsonSchemaNode, right: JsonSchemaNode): boolean {
  const others = new Map(entries(right["properties"]));
  const needed = new Set(texts(left["required"])).intersection(new Set(texts(right["required"])));
  return entries(left["properties"]).some(([key, schema]) => {
    const other = others.get(key);
    if (other === undefined || !needed.has(key)) return false;
    const [a, b] = [schema, other].map((each) => conversion.references.open(asNode(each)));
    return a !== undefined && b !== undefined && a["type"] !== "object" && areApart(conversion, a, b);
  });
}

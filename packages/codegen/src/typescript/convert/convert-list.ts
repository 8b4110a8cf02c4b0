import type { Limits } from "@stator/contract";
import { asNode, type JsonSchemaNode, nodes, numberAt } from "../schema/json-schema-node.ts";
import type { Conversion, Use } from "./conversion-context.ts";
import type { Place } from "./place.ts";

export function listUse(conversion: Conversion, node: JsonSchemaNode, place: Place): Use {
  if (Array.isArray(node["prefixItems"])) return tupleUse(conversion, node, place);
  const { items } = node;
  const least = numberAt(node, "minItems") ?? 0;
  const most = items === false ? 0 : numberAt(node, "maxItems");
  if (most !== undefined && least > most) {
    conversion.problem(place, `no list has ${least} to ${most} items. Correct the limits`);
  }
  const of = items === false ? ({ kind: "json" } as const) : conversion.wrapped(asNode(items), place.item());
  const limits: Limits = {
    ...(least === 0 ? {} : { minLength: least }),
    ...(most === undefined ? {} : { maxLength: most }),
  };
  return { type: { kind: "list", of }, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
}

function tupleUse(conversion: Conversion, node: JsonSchemaNode, place: Place): Use {
  const items = nodes(node["prefixItems"]);
  const least = numberAt(node, "minItems") ?? 0;
  const most = numberAt(node, "maxItems") ?? Infinity;
  const closed = node["items"] === false || most <= items.length;
  if (!closed && node["items"] !== undefined) {
    conversion.problem(place, "a tuple with a rest has no form in a document. Use an object with a list");
  } else if (!closed) {
    conversion.findings.note(
      place,
      "clients refuse further items, which the schema leaves open. Close it: v.strictTuple() of valibot",
    );
  }
  if (least < items.length) {
    conversion.problem(
      place,
      "a tuple whose last items may be missing has no form in a document. Use an object, or a union of tuples",
    );
  }
  if (most < items.length || least > items.length) conversion.problem(place, "no tuple has so many items");
  return { type: { kind: "tuple", items: items.map((item, index) => conversion.wrapped(item, place.index(index))) } };
}

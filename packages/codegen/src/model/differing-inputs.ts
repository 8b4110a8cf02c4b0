import type { Document, Variant } from "../document/document.ts";
import { referredNames, visitTypes } from "./visit-types.ts";

/**
 * The types whose accepted form is wider than their result: a key may be missing, or a `bigint` may come as a number,
 * in the type itself or in one that it contains.
 */
export function findDifferingInputs(document: Document): Set<string> {
  const differing = new Set<string>();
  const users = new Map<string, string[]>();
  for (const type of document.types) {
    visitTypes(type.shape, (inner, field) => {
      if (inner.kind === "int" && inner.policy === "bigint") differing.add(type.name);
      if (field?.default !== undefined) differing.add(type.name);
    });
    if (type.shape.kind === "enum" && type.shape.variants.some(acceptsOtherNames)) differing.add(type.name);
    for (const name of referredNames(type.shape)) users.set(name, [...(users.get(name) ?? []), type.name]);
  }
  const open = [...differing];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of users.get(name) ?? []) {
      if (!differing.has(user)) {
        differing.add(user);
        open.push(user);
      }
    }
  }
  return differing;
}

function acceptsOtherNames(variant: Variant): boolean {
  return variant.other === true || variant.aliases !== undefined;
}

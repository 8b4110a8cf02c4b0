import type { Document, Variant } from "../document.ts";
import { mayLackContent } from "./may-lack-content.ts";
import { visitTypes } from "./visit-types.ts";
import { withUsers } from "./with-users.ts";

/**
 * The types whose accepted form is wider than their result: a key may be missing, or a `bigint` may come as a number,
 * in the type itself or in one that it contains.
 */
export function findDifferingInputs(document: Document): Set<string> {
  const differing = new Set<string>();
  for (const type of document.types) {
    visitTypes(type.shape, (inner, field) => {
      if (inner.kind === "int" && inner.policy === "bigint") differing.add(type.name);
      if (field?.default !== undefined) differing.add(type.name);
    });
    if (type.shape.kind !== "enum") continue;
    const { tagging, variants } = type.shape;
    if (variants.some(acceptsOtherNames)) differing.add(type.name);
    if (tagging.kind === "adjacent" && variants.some(({ shape }) => mayLackContent(shape))) differing.add(type.name);
  }
  return withUsers(differing, document);
}

function acceptsOtherNames(variant: Variant): boolean {
  return variant.other === true || variant.aliases !== undefined;
}

import type { Document } from "../document.ts";
import { visitTypes } from "./visit-types.ts";
import { withUsers } from "./with-users.ts";

/** The types whose JSON may have an integer that a number cannot hold. All others are read by plain `JSON.parse`. */
export function findLargeIntegers(document: Document): Set<string> {
  const holders = new Set<string>();
  for (const type of document.types) {
    visitTypes(type.shape, (inner) => {
      if (inner.kind === "json" || (inner.kind === "int" && inner.policy === "bigint")) holders.add(type.name);
    });
  }
  return withUsers(holders, document);
}

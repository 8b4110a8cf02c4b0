import type { Document } from "../document.ts";
import { referredNames, visitTypes } from "./visit-types.ts";
import { withUsers } from "./with-users.ts";

/** The types that contain themselves or any JSON, directly or through others: their values can nest without end. */
export function findDeepTypes(document: Document): Set<string> {
  const references = new Map(document.types.map((type) => [type.name, referredNames(type.shape)]));
  const deep = new Set<string>();
  for (const type of document.types) {
    visitTypes(type.shape, (inner) => {
      if (inner.kind === "json") deep.add(type.name);
    });
    if (reaches(type.name, type.name, references)) deep.add(type.name);
  }
  return withUsers(deep, document);
}

function reaches(from: string, to: string, references: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const next of references.get(name) ?? []) {
      if (next === to) return true;
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
    }
  }
  return false;
}

import type { Document } from "../document.ts";
import { referredNames } from "./visit-types.ts";

/** These types, and every type that contains one of them, directly or through others. */
export function withUsers(types: Iterable<string>, document: Document): Set<string> {
  const users = new Map<string, string[]>();
  for (const type of document.types) {
    for (const name of referredNames(type.shape)) users.set(name, [...(users.get(name) ?? []), type.name]);
  }
  const found = new Set(types);
  const open = [...found];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of users.get(name) ?? []) {
      if (!found.has(user)) {
        found.add(user);
        open.push(user);
      }
    }
  }
  return found;
}

import type { Document } from "../document.ts";

/** The types that endpoints declare as their errors. */
export function findDeclaredErrors(document: Document): Set<string> {
  const errors = document.services.flatMap(({ endpoints }) => endpoints.map(({ error }) => error));
  return new Set(errors.flatMap((error) => (error?.kind === "ref" ? [error.name] : [])));
}

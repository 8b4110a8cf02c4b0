import { type Document, parseDocument } from "@stator/contract";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Under this key a generated schema has the address of `support/schema.ts` of its folder. */
const SUPPORT = Symbol.for("@stator/codegen/support");

const documents = new Map<string, Document>();

/** A type that `stator-codegen` generated, with the document that it came from. */
export type GeneratedType = { readonly name: string; readonly document: Document };

/** The generated type that a schema is of; null for any other schema. Throws an `Error` when its document is gone. */
export function generatedType(schema: StandardSchemaV1): GeneratedType | null {
  const address = (schema as unknown as Record<symbol, unknown>)[SUPPORT];
  if (typeof address !== "string") {
    if (schema["~standard"].vendor !== "stator") return null;
    throw new Error("another release has generated it. Run the generator of its folder again");
  }
  const path = fileURLToPath(new URL("../document.json", address));
  if (!existsSync(path)) {
    throw new Error(`it was generated, and ${path} is missing. Run the generator of that folder again`);
  }
  const document = documents.get(path) ?? parseDocument(readFileSync(path, "utf8"), path);
  documents.set(path, document);
  return { name: (schema as unknown as { readonly name: string }).name, document };
}

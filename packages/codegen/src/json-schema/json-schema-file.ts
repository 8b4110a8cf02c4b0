import type { JsonValue, Model } from "@stator/contract";
import { note } from "../output/header.ts";
import type { JsonSchema } from "./json-schema.ts";
import { schemaOfType } from "./schema-of-type.ts";

/** The schemas of these types by name: `Token`, and `TokenInput` where more is accepted than comes out. */
export function definitions(model: Model, names: Iterable<string>, folder: string): JsonSchema {
  const found: [string, JsonSchema][] = [];
  for (const name of names) {
    const type = model.type(name);
    found.push([name, schemaOfType(model, type, "output", (inner) => `#/${folder}/${inner}`)]);
    if (model.hasOwnInput(name)) {
      const refer = (inner: string): string => `#/${folder}/${inner}${model.hasOwnInput(inner) ? "Input" : ""}`;
      found.push([`${name}Input`, schemaOfType(model, type, "input", refer)]);
    }
  }
  return Object.fromEntries(found);
}

/** All types of a document as one JSON Schema, under `$defs`. */
export function jsonSchemaFile(model: Model, command: string): string {
  const names = model.document.types.map(({ name }) => name);
  return printJson({
    $comment: note(model.document, command),
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $defs: definitions(model, names, "$defs"),
  });
}

/** JSON with indents, and with integers of any size. */
export function printJson(value: JsonValue): string {
  return `${JSON.stringify(value, exact, 2)}\n`;
}

function exact(_key: string, inner: unknown): unknown {
  return typeof inner === "bigint"
    ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(inner))
    : inner;
}

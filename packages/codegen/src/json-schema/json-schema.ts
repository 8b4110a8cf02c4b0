import type { JsonValue } from "@stator/contract";

/** A schema of JSON Schema 2020-12, which is what OpenAPI 3.1 uses too. */
export type JsonSchema = { readonly [key: string]: JsonValue };

import type { StandardSchemaV1 } from "@standard-schema/spec";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** The schema itself, null for none; anything else is refused where it is declared. */
export function checkSchema(where: string, schema: unknown): StandardSchemaV1 | null {
  if (schema === undefined) return null;
  if (!isSchema(schema)) {
    throw invalidArgument(
      `${where} is not a schema: it must implement Standard Schema v1, as generated types and zod do.`,
    );
  }
  return schema;
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  const standard = (value as Partial<StandardSchemaV1> | null)?.["~standard"];
  return standard?.version === 1 && typeof standard.validate === "function";
}

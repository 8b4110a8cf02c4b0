import type { StandardSchemaV1 } from "@standard-schema/spec";

import { invalidArgument } from "../definition/invalid-argument.ts";

/** The schema itself, null for none; anything else is refused where it is declared. */
export function checkSchema(where: string, schema: unknown): StandardSchemaV1 | null {
  if (schema === undefined) return null;
  const standard = (schema as Partial<StandardSchemaV1> | null)?.["~standard"];
  if (standard?.version !== 1 || typeof standard.validate !== "function") {
    throw invalidArgument(
      `${where} is not a schema: it must implement Standard Schema v1, as generated types and zod do.`,
    );
  }
  return schema as StandardSchemaV1;
}

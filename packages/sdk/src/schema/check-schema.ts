import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { ErrorType } from "@stator/runtime-native";

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

/** The error type itself, null for none. */
export function checkErrorType(where: string, type: unknown): ErrorType | null {
  if (type === undefined || type === null) return null;
  const candidate = type as Partial<ErrorType>;
  if (isSchema(type) && typeof candidate.is === "function" && typeof candidate.received === "function") {
    return type as unknown as ErrorType;
  }
  throw invalidArgument(
    `${where} is not an error type: take a generated error, or make one: declareError("QuotaError", schema).`,
  );
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  const standard = (value as Partial<StandardSchemaV1> | null)?.["~standard"];
  return standard?.version === 1 && typeof standard.validate === "function";
}

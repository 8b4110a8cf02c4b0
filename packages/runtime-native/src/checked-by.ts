import type { ErrorCode } from "./error-codes.ts";
import type { StandardSchemaV1 } from "./generated/support/standard-schema.ts";
import { StatorError } from "./stator-error.ts";

/**
 * What a Standard Schema makes of a value.
 *
 * @throws StatorError with that code when it does not fit; `details` has the issues.
 */
export async function checkedBy<Schema extends StandardSchemaV1>(
  schema: Schema,
  value: unknown,
  code: ErrorCode,
  what: string,
): Promise<StandardSchemaV1.InferOutput<Schema>> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path = [] }) => ({
    path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    message,
  }));
  const told = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  throw new StatorError(code, `${what} does not fit the schema: ${told}`, { details: { issues } });
}

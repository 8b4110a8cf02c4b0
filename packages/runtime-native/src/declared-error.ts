import type { StandardSchemaV1 } from "./generated/support/standard-schema.ts";
import type { JsonValue } from "./json-value.ts";
import { StatorError, type StatorErrorOptions } from "./stator-error.ts";

/**
 * A failure that the endpoint declares, such as `GenerateError`: code `declared`. It is never tried again.
 *
 * What `value` is says the declared type: `if (GenerateError.is(error)) error.value`. Until then it is JSON as it came.
 */
export class DeclaredError<Value = JsonValue> extends StatorError {
  /** Always `DeclaredError`. */
  override readonly name: string = "DeclaredError";
  /** The name of the declared type. */
  readonly type: string;
  #value: unknown;
  #readBy: StandardSchemaV1 | null;

  /** @internal Use `error()` of the declared type. `readBy` is the schema that gave `value`, null for JSON as it came. */
  constructor(type: string, value: unknown, readBy: StandardSchemaV1 | null, message: string, options: Options) {
    super("declared", message, { ...options, details: value as JsonValue, remoteName: type });
    this.type = type;
    this.#value = value;
    this.#readBy = readBy;
  }

  /** What the handler gave with the error. Its type is what `is` of the declared type says. */
  get value(): Value {
    return this.#value as Value;
  }

  /** @internal Brings the value into the form of a schema, once. Gives what does not fit, null if all does. */
  readAs(schema: StandardSchemaV1): readonly StandardSchemaV1.Issue[] | null {
    if (this.#readBy === schema) return null;
    const result = validateNow(schema, this.#value);
    if (result.issues !== undefined) return result.issues;
    this.#value = result.value;
    this.#readBy = schema;
    return null;
  }
}

type Options = Omit<StatorErrorOptions, "details" | "remoteName">;

/** @internal Errors are looked at in the middle of `catch`, which cannot wait. */
export function validateNow(schema: StandardSchemaV1, value: unknown): StandardSchemaV1.Result<unknown> {
  const result = schema["~standard"].validate(value);
  if (!(result instanceof Promise)) return result;
  result.catch(() => undefined);
  throw new StatorError(
    "invalid_argument",
    "the schema of a declared error checks asynchronously; use one that does not",
  );
}

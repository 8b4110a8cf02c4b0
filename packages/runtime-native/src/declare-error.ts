import { DeclaredError, validateNow } from "./declared-error.ts";
import type { StandardSchemaV1 } from "./generated/support/standard-schema.ts";
import { StatorError } from "./stator-error.ts";

/** What HTTP and logs say of a declared error. */
export interface ErrorFacts {
  /** From 400 to 599. Default 500. */
  readonly httpStatus?: number | undefined;
  /** Default: the name of the type. */
  readonly message?: string | undefined;
}

/** An error that endpoints declare: its name, and the schema of its value. */
export interface ErrorType<Input = unknown, Value = Input> extends StandardSchemaV1<Input, Value> {
  /** The name by which callers know it. */
  readonly name: string;
  /** The error to throw. Throws `invalid_response` when the value does not fit. */
  error(value: Input, options?: { readonly message?: string; readonly cause?: unknown }): DeclaredError<Value>;
  /** Whether something caught is this error; then its `value` has been checked, and wide integers are `bigint`. */
  is(error: unknown): error is DeclaredError<Value>;
  /**
   * The same error, read as this type if it carries its name; anything else as it is. A value that does not fit gives
   * an error with the code `invalid_response`. `where` stands in its message.
   */
  received(error: unknown, where: string): unknown;
  /** What it was declared with, for tools. */
  readonly declared: {
    /** What the value must fit. */
    readonly schema: StandardSchemaV1<Input, Value>;
    /** What HTTP and logs say of it; null where that depends on the value. */
    readonly facts: ErrorFacts | null;
  };
}

/**
 * Makes an error type of a schema, for services that have no contract in Rust:
 * `const QuotaError = declareError("QuotaError", z.object({ left: z.number() }), { httpStatus: 429 })`.
 *
 * `facts` may depend on the value. Callers know the error by its name, so give each one its own.
 */
export function declareError<Schema extends StandardSchemaV1>(
  name: string,
  schema: Schema,
  facts: ErrorFacts | ((value: StandardSchemaV1.InferOutput<Schema>) => ErrorFacts) = {},
): ErrorType<StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>> {
  type Value = StandardSchemaV1.InferOutput<Schema>;
  const carriesName = (error: unknown): error is DeclaredError<Value> =>
    error instanceof DeclaredError && error.type === name;
  return {
    name,
    "~standard": schema["~standard"],
    declared: { schema, facts: typeof facts === "function" ? null : facts },
    error(value, options = {}) {
      const result = validateNow(schema, value);
      if (result.issues !== undefined) throw misfit(name, name, result.issues);
      const { httpStatus, message = name } = typeof facts === "function" ? facts(result.value) : facts;
      const { cause } = options;
      return new DeclaredError<Value>(name, result.value, schema, options.message ?? message, { httpStatus, cause });
    },
    is(error): error is DeclaredError<Value> {
      return carriesName(error) && error.readAs(schema) === null;
    },
    received(error, where) {
      if (!carriesName(error)) return error;
      const issues = error.readAs(schema);
      return issues === null ? error : misfit(name, `${where}: the error ${name}`, issues, error);
    },
  };
}

function misfit(
  name: string,
  where: string,
  issues: readonly StandardSchemaV1.Issue[],
  error: StatorError | null = null,
): StatorError {
  const shown = issues.map(({ message, path = [] }) => ({
    message,
    path: path.map((part) => String(typeof part === "object" ? part.key : part)),
  }));
  // Generated schemas begin with the path.
  const text = shown
    .map(({ message, path: [first = "", ...more] }) => {
      const place = [first, ...more].join(".");
      return place === "" || message.startsWith(first) ? message : `${place}: ${message}`;
    })
    .join("; ");
  return new StatorError("invalid_response", `${where}: ${text}`, {
    details: { error: name, issues: shown },
    instanceId: error?.instanceId ?? null,
    ...(error === null ? {} : { cause: error }),
  });
}

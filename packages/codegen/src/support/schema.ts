import type { JsonCodec } from "./exact-json.ts";
import { INVALID, type Invalid, type Issue, takeIssue } from "./failure.ts";
import type { StandardSchemaV1 } from "./standard-schema.ts";

/**
 * Checks values of a type of the contract and brings them into their one form: missing keys get their defaults, wide
 * integers become `bigint`, unknown keys are dropped (or refused, if the contract says so).
 *
 * It accepts what the service accepts; of a type from Rust, in the form in which Rust writes it.
 */
export interface Schema<Input, Output = Input> extends StandardSchemaV1<Input, Output> {
  /** The name of the type. */
  readonly name: string;
  /** The value in its one form. Throws a {@link SchemaError} when it does not fit. */
  parse(value: unknown): Output;
  /**
   * Whether a value has the type as it stands: with every key, and with `bigint` and bytes where they belong. More keys
   * than these do not matter, as in TypeScript, unless the contract refuses them.
   */
  readonly matches: (value: unknown) => value is Output;
  /** Reads JSON text, in whatever order its keys stand. Throws a {@link SchemaError} when the value does not fit, a `SyntaxError` when it is no JSON. */
  decode(text: string): Output;
  /** Writes a value as JSON text, in its one form. Throws a {@link SchemaError} when it does not fit. */
  encode(value: Input): string;
  readonly "~standard": SchemaProps<Input, Output>;
}

/** As Standard Schema has it; these schemas never need a promise. */
export interface SchemaProps<Input, Output> extends StandardSchemaV1.Props<Input, Output> {
  readonly validate: (value: unknown) => StandardSchemaV1.Result<Output>;
}

/** A value does not fit its type. The message says where and why. */
export class SchemaError extends Error {
  /** The name of the type. */
  readonly schema: string;
  readonly issues: readonly Issue[];

  constructor(type: string, issues: readonly Issue[]) {
    super(`${type}: ${issues.map((issue) => issue.message).join("; ")}`);
    this.name = "SchemaError";
    this.schema = type;
    this.issues = issues;
  }
}

/** Under this key tools find the document that a schema belongs to: it stands in the folder above this file. */
const SUPPORT: symbol = Symbol.for("@stator/codegen/support");

/**
 * Makes a schema of a generated reader and guard. Types with integers beyond 2^53 have a `json` that keeps them exact.
 * Types whose values need no change inside say how many `keys` an object in its one form has.
 */
export function schema<Input, Output>(
  name: string,
  read: (value: unknown, depth: number) => Output | Invalid,
  guard: (value: unknown, depth: number) => value is Output,
  json: JsonCodec = JSON,
  keys?: number,
): Schema<Input, Output> {
  const parse = (value: unknown): Output => {
    const result = read(value, 0);
    if (result === INVALID) throw new SchemaError(name, [takeIssue()]);
    return result;
  };
  return {
    name,
    parse,
    // The guard itself is one call less. Only those that count the depth need it to be given.
    matches: guard.length === 1 ? (guard as (value: unknown) => value is Output) : (value) => guard(value, 0),
    decode(text) {
      const value: unknown = json.parse(text);
      // Nobody else holds it, so it need not be copied when there is nothing to drop.
      if (keys !== undefined && guard(value, 0) && Object.keys(value as object).length === keys) return value;
      return parse(value);
    },
    encode: (value) => json.stringify(parse(value)),
    [SUPPORT]: import.meta.url,
    "~standard": {
      version: 1,
      vendor: "stator",
      validate(value) {
        const result = read(value, 0);
        return result === INVALID ? { issues: [takeIssue()] } : { value: result };
      },
    },
  };
}

import type { StandardSchemaV1 } from "@standard-schema/spec";

import { invalidArgument } from "../definition/invalid-argument.ts";
import { checkSchema } from "../schema/check-schema.ts";
import { readConfigured } from "./configuration-scope.ts";

/** A configuration as its schema gives it back; it does not change while the service lives. */
export type Configuration<S extends StandardSchemaV1> = Readonly<StandardSchemaV1.InferOutput<S>>;

/** What a class may say of its configuration: any part of it, at any depth. */
export type ConfigurationValues<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: ConfigurationValues<T[Key]> | undefined }
    : T;

/**
 * The configuration of a service, as the initialiser of a field: `config = configuration(Settings)`. It has the type that
 * the schema gives, and is there when the constructor runs.
 *
 * Its values come from, the weakest first: the defaults of the schema, `values`, the configuration file, the profile, the
 * environment (`STATOR_WORKER__MAX_TOKENS`), and the command line (`--Worker.maxTokens=5`). An object that was made
 * without `serve()` or `stator serve`, as in a test of a unit, has the first two.
 *
 * @param schema any object schema of Standard Schema v1 that checks synchronously
 * @throws StatorError `invalid_argument` with the place and the path of what does not fit
 */
export function configuration<S extends StandardSchemaV1<object, object>>(
  schema: S,
  values: ConfigurationValues<StandardSchemaV1.InferInput<S>> | Record<string, never> = {},
): Configuration<S> {
  const checked = checkSchema("configuration: the schema", schema);
  if (checked === null) {
    throw invalidArgument(
      "configuration: the schema is undefined; where two files import each other, move it to a third.",
    );
  }
  const { output } = readConfigured(checked, values);
  return Object.freeze(output) as Configuration<S>;
}

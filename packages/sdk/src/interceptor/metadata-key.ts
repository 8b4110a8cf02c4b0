import { StatorError } from "@stator/runtime-native";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { invalidArgument } from "../definition/invalid-argument.ts";
import { checkSchema } from "../schema/check-schema.ts";
import { parseJson, stringifyJson } from "../schema/json-text.ts";
import { validate } from "../schema/validate.ts";

interface HasMetadata {
  readonly metadata: Readonly<Record<string, string>>;
}

/** One entry of the metadata of calls, with its type. */
export interface MetadataKey<Input, Value = Input> {
  /** Its key in the metadata. */
  readonly name: string;
  /**
   * What a call, or its context, carries; undefined for nothing. Throws `invalid_request` for what does not fit: others may send
   * anything.
   */
  get(from: HasMetadata): Value | undefined;
  /** For the options of a call: `{ metadata: { ...Tenant.entry("acme") } }`. */
  entry(value: Input): Record<string, string>;
  /** A copy of a call that carries the value, for `next`. */
  on<C extends HasMetadata>(call: C, value: Input): C;
}

/**
 * A typed entry of the metadata. Without a schema it is a text; with one it is JSON, checked where it is read:
 * `const Budget = metadataKey("budget", z.number())`.
 */
export function metadataKey(name: string): MetadataKey<string>;
export function metadataKey<S extends StandardSchemaV1>(
  name: string,
  schema: S,
): MetadataKey<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<S>>;
export function metadataKey(name: string, given?: StandardSchemaV1): MetadataKey<unknown> {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    throw invalidArgument(
      `metadataKey: ${JSON.stringify(name)} is not a key; use lower-case letters, digits, "-", "_" and ".".`,
    );
  }
  const schema = checkSchema(`metadataKey ${name}: schema`, given);
  const entry = (value: unknown): Record<string, string> => {
    if (schema !== null) return { [name]: stringifyJson(value) };
    if (typeof value !== "string")
      throw invalidArgument(`metadataKey ${name}: the value is a ${typeof value}, not a text.`);
    return { [name]: value };
  };
  return {
    name,
    entry,
    get({ metadata }) {
      const text = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
      return text === undefined || schema === null ? text : read(name, text, schema);
    },
    on(call, value) {
      return { ...call, metadata: { ...call.metadata, ...entry(value) } };
    },
  };
}

function read(name: string, text: string, schema: StandardSchemaV1): unknown {
  const where = `metadata.${name}`;
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    throw new StatorError("invalid_request", `${where} is not JSON.`, { cause });
  }
  const checked = validate(schema, value, "invalid_request", where);
  if (!(checked instanceof Promise)) return checked;
  checked.catch(() => undefined);
  throw invalidArgument(`${where}: its schema checks asynchronously; use one that answers at once.`);
}

import type { StandardSchemaV1 } from "@standard-schema/spec";

/** A schema of any library that implements Standard Schema v1, or none. */
export type SchemaOption = StandardSchemaV1 | undefined;

/** What a method receives: what the schema yields; without a schema, whatever the method says. */
export type InputOf<S extends SchemaOption> = S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : never;

/** What a method gives: what the schema accepts; without a schema, anything. */
export type OutputOf<S extends SchemaOption> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> : unknown;

/** The first parameter of a method: one request, or a stream of them. */
export type RequestOf<S extends SchemaOption, Many extends boolean> = Many extends true
  ? AsyncIterable<InputOf<S>>
  : InputOf<S>;

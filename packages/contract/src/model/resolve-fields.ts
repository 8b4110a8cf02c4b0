import type { Field, StructShape, TypeRef } from "../document.ts";
import { ContractError } from "../contract-error.ts";
import type { Model } from "./model.ts";

/** The fields of a struct with those of flattened structs in their place. */
export type ResolvedFields = {
  readonly fields: readonly Field[];
  /** The type of the values of all other keys, when a map is flattened. */
  readonly rest: TypeRef | null;
};

/** Fields of one struct: more are a mistake, or an attack on whoever reads the document. */
const MOST_FIELDS = 10_000;

/** Structs that are flattened into each other. */
const MOST_FLATTENED = 500;

/** Every struct is resolved once, however many flatten it. */
const resolved = new WeakMap<Model, WeakMap<StructShape, ResolvedFields>>();

/** Throws a {@link ContractError} for more than ten thousand fields, and for structs that flatten themselves. */
export function resolveFields(model: Model, shape: StructShape): ResolvedFields {
  return resolveOnce(model, shape, 0);
}

function resolveOnce(model: Model, shape: StructShape, depth: number): ResolvedFields {
  if (depth > MOST_FLATTENED) throw new ContractError([`structs are flattened more than ${MOST_FLATTENED} deep`]);
  const known = resolved.get(model) ?? new WeakMap<StructShape, ResolvedFields>();
  resolved.set(model, known);
  const found = known.get(shape) ?? resolve(model, shape, depth);
  if (found.fields.length > MOST_FIELDS) throw new ContractError([`a struct has more than ${MOST_FIELDS} fields`]);
  known.set(shape, found);
  return found;
}

function resolve(model: Model, shape: StructShape, depth: number): ResolvedFields {
  let rest: TypeRef | null = null;
  const fields = shape.fields.flatMap((field): readonly Field[] => {
    if (field.flatten !== true) return [field];
    if (field.type.kind === "map") {
      rest = field.type.value;
      return [];
    }
    const inner = model.shape(field.type);
    if (inner?.kind !== "struct") return [];
    const flat = resolveOnce(model, inner, depth + 1);
    rest ??= flat.rest;
    return flat.fields;
  });
  return { fields, rest };
}

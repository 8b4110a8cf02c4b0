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

/** Every struct is resolved once, however many flatten it. */
const resolved = new WeakMap<Model, WeakMap<StructShape, ResolvedFields>>();

/** Throws a {@link ContractError} for more than ten thousand fields. */
export function resolveFields(model: Model, shape: StructShape): ResolvedFields {
  const known = resolved.get(model) ?? new WeakMap<StructShape, ResolvedFields>();
  resolved.set(model, known);
  const found = known.get(shape) ?? resolve(model, shape);
  if (found.fields.length > MOST_FIELDS) throw new ContractError([`a struct has more than ${MOST_FIELDS} fields`]);
  known.set(shape, found);
  return found;
}

function resolve(model: Model, shape: StructShape): ResolvedFields {
  let rest: TypeRef | null = null;
  const fields = shape.fields.flatMap((field): readonly Field[] => {
    if (field.flatten !== true) return [field];
    if (field.type.kind === "map") {
      rest = field.type.value;
      return [];
    }
    const inner = model.shape(field.type);
    if (inner?.kind !== "struct") return [];
    const flat = resolveFields(model, inner);
    rest ??= flat.rest;
    return flat.fields;
  });
  return { fields, rest };
}

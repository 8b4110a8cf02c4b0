import type { Field, StructShape, TypeRef } from "../document.ts";
import type { Model } from "./model.ts";

/** The fields of a struct with those of flattened structs in their place. */
export type ResolvedFields = {
  readonly fields: readonly Field[];
  /** The type of the values of all other keys, when a map is flattened. */
  readonly rest: TypeRef | null;
};

export function resolveFields(model: Model, shape: StructShape): ResolvedFields {
  let rest: TypeRef | null = null;
  const fields = shape.fields.flatMap((field): readonly Field[] => {
    if (field.flatten !== true) return [field];
    if (field.type.kind === "map") {
      rest = field.type.value;
      return [];
    }
    const inner = model.shape(field.type);
    if (inner?.kind !== "struct") return [];
    const resolved = resolveFields(model, inner);
    rest ??= resolved.rest;
    return resolved.fields;
  });
  return { fields, rest };
}

import type { Shape, TypeRef } from "@stator/contract";
import type { Use } from "./conversion-context.ts";
import type { TypeRegistry } from "./type-registry.ts";

/** The type or `null`, which is said once. */
export function optionOf(use: Use, types: TypeRegistry): Use {
  return isNullable(use.type, types) ? use : { ...use, type: { kind: "option", of: use.type } };
}

function isNullable(type: TypeRef, types: TypeRegistry): boolean {
  if (type.kind !== "ref") return type.kind === "option" || type.kind === "unit" || type.kind === "json";
  const shape: Shape | null = types.shape(type.name);
  return shape?.kind === "unit" || (shape?.kind === "newtype" && isNullable(shape.of, types));
}

import type { Field, Shape, TypeRef } from "../document.ts";

/** Calls `visit` for every type that is written in a shape, also inside of others. */
export function visitTypes(shape: Shape, visit: (type: TypeRef, field: Field | null) => void): void {
  switch (shape.kind) {
    case "struct":
      for (const field of shape.fields) visitType(field.type, (type) => visit(type, field));
      break;
    case "tuple":
      for (const item of shape.items) visitType(item, (type) => visit(type, null));
      break;
    case "newtype":
      visitType(shape.of, (type) => visit(type, null));
      break;
    case "unit":
      break;
    case "enum":
      for (const variant of shape.variants) visitTypes(variant.shape, visit);
      break;
  }
}

/** Calls `visit` for a type and every type inside of it. */
export function visitType(type: TypeRef, visit: (type: TypeRef) => void): void {
  visit(type);
  switch (type.kind) {
    case "option":
    case "list":
    case "set":
    case "array":
      visitType(type.of, visit);
      break;
    case "tuple":
      for (const item of type.items) visitType(item, visit);
      break;
    case "map":
      visitType(type.key, visit);
      visitType(type.value, visit);
      break;
    default:
      break;
  }
}

/** The names of the types that a shape refers to. */
export function referredNames(shape: Shape): Set<string> {
  const names = new Set<string>();
  visitTypes(shape, (type) => {
    if (type.kind === "ref") names.add(type.name);
  });
  return names;
}

import type { EnumShape, Shape, TypeRef } from "../document.ts";
import type { Model } from "./model.ts";

/** Whether a value of the type comes out of its reader as it went in, so that nothing has to be copied. */
export function isUnchanged(model: Model, type: TypeRef): boolean {
  return isUnchangedType(model, type, new Set());
}

/** `around` holds the types that are being looked at: one that contains itself is taken to change. */
function isUnchangedType(model: Model, type: TypeRef, around: ReadonlySet<string>): boolean {
  switch (type.kind) {
    case "bool":
    case "string":
    case "char":
    case "unit":
    case "json":
    case "literal":
      return true;
    case "int":
      return type.bits <= 32 || type.policy === "number" || type.policy === "string";
    // Some formats have more than one spelling.
    case "text":
      return type.format === "uuid" || type.format === "date";
    // Text becomes bytes.
    case "bytes":
    // A bigint becomes a number.
    case "float":
      return false;
    case "option":
    case "list":
    case "set":
    case "array":
      return isUnchangedType(model, type.of, around);
    case "tuple":
      return type.items.every((item) => isUnchangedType(model, item, around));
    case "map":
      return isUnchangedType(model, type.value, around);
    case "ref":
      return (
        !around.has(type.name) && isUnchangedShape(model, model.type(type.name).shape, new Set([...around, type.name]))
      );
  }
}

function isUnchangedShape(model: Model, shape: Shape, around: ReadonlySet<string>): boolean {
  switch (shape.kind) {
    case "unit":
      return true;
    case "newtype":
      return isUnchangedType(model, shape.of, around);
    case "tuple":
      return shape.items.every((item) => isUnchangedType(model, item, around));
    case "enum":
      return isTextEnum(shape);
    // Keys that it does not know are dropped.
    case "struct":
      return false;
  }
}

/** Whether every form of an enum is a text on its own. */
export function isTextEnum(shape: EnumShape): boolean {
  return (
    shape.tagging.kind === "external" &&
    shape.variants.every(
      (variant) => variant.shape.kind === "unit" && variant.other !== true && variant.aliases === undefined,
    )
  );
}

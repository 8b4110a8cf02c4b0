import type { EnumShape, TypeRef } from "../document.ts";
import type { Model } from "./model.ts";

/** Whether a value of the type comes out of its reader as it went in, so that nothing has to be copied. */
export function isUnchanged(model: Model, type: TypeRef): boolean {
  switch (type.kind) {
    case "bool":
    case "string":
    case "char":
    case "unit":
    case "json":
      return true;
    case "int":
      return type.policy !== "bigint";
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
      return isUnchanged(model, type.of);
    case "tuple":
      return type.items.every((item) => isUnchanged(model, item));
    case "map":
      return isUnchanged(model, type.value);
    case "ref": {
      const shape = model.type(type.name).shape;
      return shape.kind === "enum" && isTextEnum(shape);
    }
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

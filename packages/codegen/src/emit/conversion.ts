import { isUnchanged, type Model, resolveFields, type StructShape, type TypeRef } from "@stator/contract";
import { isInherited } from "./keys.ts";

/**
 * How often a reader returns something else than the value that it was given: `rarely` for values that come in their one
 * form as a rule, `always` for those that JSON cannot hold in that form, `inside` for objects and lists that are copied.
 */
export type Conversion = "rarely" | "always" | "inside";

export function conversionOf(model: Model, type: TypeRef): Conversion {
  if (isUnchanged(model, type)) return "rarely";
  switch (type.kind) {
    case "option":
      return conversionOf(model, type.of);
    case "float":
    case "text":
      return "rarely";
    case "int":
    case "bytes":
      return "always";
    case "list":
    case "set":
    case "array": {
      const { of } = type;
      return of.kind === "float" || (of.kind === "option" && of.of.kind === "float") ? "rarely" : "inside";
    }
    case "ref": {
      const { shape } = model.type(type.name);
      if (shape.kind === "newtype" && shape.of.kind !== "ref" && shape.of.kind !== "option") {
        return conversionOf(model, shape.of);
      }
      const isText =
        shape.kind === "enum" &&
        shape.tagging.kind === "external" &&
        shape.variants.every((variant) => variant.shape.kind === "unit");
      return isText ? "rarely" : "inside";
    }
    default:
      return "inside";
  }
}

/**
 * How many keys an object in its one form has, when its guard and that number say that JSON held nothing else; null when
 * keys may be missing, or when there may be keys to drop further inside.
 */
export function keysOfUnchanged(model: Model, shape: StructShape): number | null {
  const { fields, rest } = resolveFields(model, shape);
  const isPlain = rest === null && fields.every((field) => field.optional !== true && !isInherited(field));
  return isPlain && fields.every(({ type }) => conversionOf(model, type) === "rarely") ? fields.length : null;
}

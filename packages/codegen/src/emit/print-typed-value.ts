import { type JsonValue, type Model, resolveFields, type TypeRef } from "@stator/contract";
import { printLiteralKey, printValue } from "./print-value.ts";

/** A value of the document as an expression of its TypeScript type, where wide integers are `bigint`. */
export function printTypedValue(model: Model, type: TypeRef, value: JsonValue): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "int":
      return type.policy === "bigint" ? printValue(BigInt(value as number)) : printValue(value);
    case "option":
      return printTypedValue(model, type.of, value);
    case "list":
    case "set":
    case "array":
      return `[${(value as readonly JsonValue[]).map((item) => printTypedValue(model, type.of, item)).join(", ")}]`;
    case "tuple": {
      const items = value as readonly JsonValue[];
      return `[${type.items.map((item, index) => printTypedValue(model, item, items[index] ?? null)).join(", ")}]`;
    }
    case "map":
      return printObject(value, () => type.value, model);
    case "ref": {
      const shape = model.type(type.name).shape;
      if (shape.kind === "newtype") return printTypedValue(model, shape.of, value);
      if (shape.kind !== "struct") return printValue(value);
      const types = new Map(resolveFields(model, shape).fields.map((field) => [field.name, field.type]));
      return printObject(value, (key) => types.get(key) ?? { kind: "json" }, model);
    }
    default:
      return printValue(value);
  }
}

function printObject(value: JsonValue, typeOf: (key: string) => TypeRef, model: Model): string {
  const entries = Object.entries(value as { readonly [key: string]: JsonValue }).map(
    ([key, inner]) => `${printLiteralKey(key)}: ${printTypedValue(model, typeOf(key), inner)}`,
  );
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

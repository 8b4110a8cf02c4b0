import { type ContentShape, type Model, resolveFields, type Shape, type Tagging, type TypeRef } from "@stator/contract";
import { name, type TsField, type TsType } from "./ts-type.ts";

/** What ts-rs has to say about a shape, if it read the source as we did. */
export function expectedShape(model: Model, shape: Shape): TsType {
  if (shape.kind !== "enum") return content(model, shape);
  const { tagging } = shape;
  return { kind: "union", of: shape.variants.map((variant) => form(model, variant.name, variant.shape, tagging)) };
}

export function expectedRef(type: TypeRef): TsType {
  switch (type.kind) {
    case "bool":
      return name("boolean");
    case "string":
    case "char":
    case "text":
    case "bytes":
      return name("string");
    case "unit":
      return name("null");
    case "json":
      return name("JsonValue");
    case "int":
      if (type.policy === "string") return name("string");
      return type.policy === undefined ? name("number") : { kind: "wide" };
    case "float":
      return name("number");
    case "option":
      return { kind: "union", of: [expectedRef(type.of), name("null")] };
    case "list":
    case "set":
      return name("Array", [expectedRef(type.of)]);
    case "array":
      return { kind: "tuple", items: Array.from({ length: type.length }, () => expectedRef(type.of)) };
    case "tuple":
      return { kind: "tuple", items: type.items.map(expectedRef) };
    case "map":
      return {
        kind: "object",
        fields: new Map(),
        rest: { key: expectedRef(type.key), value: expectedRef(type.value), optional: type.key.kind === "ref" },
      };
    case "literal":
      return name(JSON.stringify(type.value));
    case "ref":
      return name(type.name);
  }
}

function content(model: Model, shape: ContentShape, before: readonly [string, TsField][] = []): TsType {
  switch (shape.kind) {
    case "unit":
      return name("null");
    case "newtype":
      return expectedRef(shape.of);
    case "tuple":
      return { kind: "tuple", items: shape.items.map(expectedRef) };
    case "struct": {
      const { fields, rest } = resolveFields(model, shape);
      const entries = fields.map((field): [string, TsField] => [
        field.name,
        { type: expectedRef(field.type), optional: false, mayBeAbsent: field.mayBeAbsent === true },
      ]);
      return {
        kind: "object",
        fields: new Map([...before, ...entries]),
        rest: rest === null ? null : { key: name("string"), value: expectedRef(rest), optional: false },
      };
    }
  }
}

function form(model: Model, variant: string, shape: ContentShape, tagging: Tagging): TsType {
  const literal: TsType = { kind: "literal", text: variant };
  switch (tagging.kind) {
    case "untagged":
      return content(model, shape);
    case "external":
      return shape.kind === "unit" ? literal : object([variant, content(model, shape)]);
    case "adjacent":
      if (shape.kind === "unit") return object([tagging.tag, literal]);
      return object([tagging.tag, literal], [tagging.content, content(model, shape)]);
    case "internal": {
      const tag: [string, TsField] = [tagging.tag, { type: literal, optional: false }];
      if (shape.kind === "struct") return content(model, shape, [tag]);
      const inner = shape.kind === "newtype" ? model.shape(shape.of) : null;
      return inner?.kind === "struct" ? content(model, inner, [tag]) : object([tagging.tag, literal]);
    }
  }
}

function object(...entries: [string, TsType][]): TsType {
  const fields = entries.map(([key, type]): [string, TsField] => [key, { type, optional: false }]);
  return { kind: "object", fields: new Map(fields), rest: null };
}

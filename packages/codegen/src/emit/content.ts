import type { ContentShape, EnumShape, Model, StructShape, TypeRef } from "@stator/contract";

/** What a variant carries, as a type. Structs have none without a name. */
export function contentType(shape: Exclude<ContentShape, StructShape>): TypeRef {
  switch (shape.kind) {
    case "unit":
      return { kind: "unit" };
    case "tuple":
      return { kind: "tuple", items: shape.items };
    case "newtype":
      return shape.of;
  }
}

/** The struct behind the content of an internally tagged variant. */
export function structOf(model: Model, content: ContentShape, shape: EnumShape): StructShape {
  if (content.kind === "struct") return content;
  const inner = content.kind === "newtype" ? model.shape(content.of) : null;
  return inner?.kind === "struct" ? inner : { kind: "struct", fields: [], unknownKeys: shape.unknownKeys };
}

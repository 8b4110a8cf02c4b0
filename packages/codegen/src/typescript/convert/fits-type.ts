import { type ContentShape, integerRange, type Limits, type Shape, type TypeRef } from "@stator/contract";
import { isNode } from "../schema/json-schema-node.ts";
import type { TypeRegistry } from "./type-registry.ts";

/**
 * Whether a default fits its type, so that clients can put it in: a library may give out a default without a check.
 * It only knows types that come out of JSON Schema, and is told all others fit.
 */
export function fitsType(types: TypeRegistry, type: TypeRef, limits: Limits, value: unknown): boolean {
  switch (type.kind) {
    case "bool":
      return typeof value === "boolean";
    case "string":
    case "text":
      return (
        typeof value === "string" &&
        within(value.length, limits.minChars) &&
        within(Array.from(value).length, 0, limits.maxChars)
      );
    case "unit":
      return value === null;
    case "literal":
      return value === type.value;
    case "float":
      return typeof value === "number" && within(value, limits.min, limits.max);
    case "int": {
      const { min, max } = integerRange(type.bits, type.signed);
      return (
        Number.isSafeInteger(value) &&
        within(value as number, min, max) &&
        within(value as number, limits.min, limits.max)
      );
    }
    case "option":
      return value === null || fitsType(types, type.of, limits, value);
    case "list":
      return (
        Array.isArray(value) &&
        within(value.length, limits.minLength, limits.maxLength) &&
        value.every((item) => fitsType(types, type.of, {}, item))
      );
    case "tuple":
      return (
        Array.isArray(value) &&
        value.length === type.items.length &&
        type.items.every((item, index) => fitsType(types, item, {}, value[index]))
      );
    case "map": {
      if (!isNode(value)) return false;
      const inner = Object.values(value);
      return (
        within(inner.length, limits.minLength, limits.maxLength) &&
        inner.every((item) => fitsType(types, type.value, {}, item))
      );
    }
    case "ref": {
      const shape = types.shape(type.name);
      return shape === null || fitsShape(types, shape, value);
    }
    default:
      return true;
  }
}

function fitsShape(types: TypeRegistry, shape: Shape, value: unknown): boolean {
  if (shape.kind !== "enum") return fitsContent(types, shape, value);
  const { tagging, variants } = shape;
  if (tagging.kind === "untagged") return variants.some((variant) => fitsContent(types, variant.shape, value));
  if (tagging.kind === "internal") {
    if (!isNode(value)) return false;
    const { [tagging.tag]: tag, ...others } = value;
    return variants.some((variant) => variant.name === tag && fitsContent(types, variant.shape, others));
  }
  return variants.some((variant) => variant.name === value);
}

function fitsContent(types: TypeRegistry, shape: ContentShape, value: unknown): boolean {
  switch (shape.kind) {
    case "unit":
      return value === null;
    case "newtype":
      return fitsType(types, shape.of, shape.limits ?? {}, value);
    case "tuple":
      return fitsType(types, { kind: "tuple", items: shape.items }, {}, value);
    case "struct": {
      if (!isNode(value)) return false;
      const known = new Set(shape.fields.filter(({ flatten }) => flatten !== true).map(({ name }) => name));
      if (shape.unknownKeys === "refuse" && Object.keys(value).some((key) => !known.has(key))) return false;
      return shape.fields.every((field) => {
        if (field.flatten === true) {
          const others = Object.entries(value).filter(([key]) => !known.has(key));
          return fitsType(types, field.type, {}, Object.fromEntries(others));
        }
        const inner = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
        if (inner === undefined) return field.optional === true || field.default !== undefined;
        return fitsType(types, field.type, field.limits ?? {}, inner);
      });
    }
  }
}

function within(value: number, min: number | bigint = -Infinity, max: number | bigint = Infinity): boolean {
  return value >= min && value <= max;
}

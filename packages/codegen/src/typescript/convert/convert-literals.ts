import type { EnumShape, TypeRef, Variant } from "@stator/contract";
import type { JsonSchemaNode } from "../schema/json-schema-node.ts";
import type { Conversion, Made } from "./conversion-context.ts";
import type { Place } from "./place.ts";

export type Literal = string | number | boolean | null;

/** The values of `enum` or `const`; of another type than the node says, they do not fit and are left out. */
export function literalsOf(node: JsonSchemaNode): readonly unknown[] | null {
  const values: unknown = node["const"] === undefined ? node["enum"] : [node["const"]];
  if (!Array.isArray(values)) return null;
  const types = node["type"] === undefined ? null : [node["type"]].flat();
  return types === null ? values : values.filter((value: unknown) => types.some((type) => isOf(value, type)));
}

function isOf(value: unknown, type: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  return typeof value === type;
}

export function makeLiterals(conversion: Conversion, node: JsonSchemaNode, place: Place): Made {
  const values = literalsOf(node) ?? [];
  const plain = values.filter(isLiteral);
  if (plain.length < values.length) {
    return conversion.problem(place, "a literal that is an object or a list has no form in a document. Use a type");
  }
  if (plain.length === 0) return conversion.problem(place, "no value fits. Leave it out, or say what is allowed");
  return literalsMade(plain);
}

/** A type that has these values and no others. */
export function literalsMade(values: readonly Literal[]): Made {
  const nullable = values.includes(null);
  const distinct = [...new Set(values)].filter((value) => value !== null);
  const [only] = distinct;
  const use = (type: TypeRef): Made => ({ kind: "use", use: { type: nullable ? { kind: "option", of: type } : type } });
  if (only === undefined) return { kind: "use", use: { type: { kind: "unit" } } };
  if (distinct.length === 1) return use({ kind: "literal", value: only });
  if (distinct.every((value) => typeof value === "boolean")) return use({ kind: "bool" });
  return {
    kind: "shape",
    shape: distinct.every((value) => typeof value === "string") ? texts(distinct) : mixed(distinct),
    nullable,
  };
}

function texts(values: readonly string[]): EnumShape {
  const variants = values.map((name): Variant => ({ name, shape: { kind: "unit" } }));
  return { kind: "enum", tagging: { kind: "external" }, variants, unknownKeys: "strip" };
}

function mixed(values: readonly Exclude<Literal, null>[]): EnumShape {
  const variants = values.map((value, index): Variant => ({
    name: `Literal${index + 1}`,
    shape: { kind: "newtype", of: { kind: "literal", value } },
  }));
  return { kind: "enum", tagging: { kind: "untagged" }, variants, unknownKeys: "strip" };
}

export function isLiteral(value: unknown): value is Literal {
  return value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
}

import type { ContentShape, Limits, StructShape, TypeRef } from "@stator/contract";
import { pascalCase, resolveFields } from "@stator/contract";
import { printLimits } from "./print-limits.ts";
import { group, indent, type ReaderWriter } from "./reader.ts";
import { fits } from "./scalar-tests.ts";
import type { Collection } from "./collection-reader.ts";
import { contentType } from "./content.ts";
import { isInherited, keySet, keySource } from "./keys.ts";
import { type Checked, returnAll } from "./stages.ts";
import { variableName } from "./variables.ts";

/**
 * Writes the guards of one generated file: functions that say whether a value has the type as it stands, so that its
 * reader would fill in and convert nothing.
 */
export class GuardWriter {
  readonly #writer: ReaderWriter;

  constructor(writer: ReaderWriter) {
    this.#writer = writer;
  }

  /** The conditions under which `value` has the type. `place` and `depth` are as for readers. */
  conditions(type: TypeRef, value: string, place: string, depth: string): string[] {
    const writer = this.#writer;
    if (type.kind === "option") {
      return [`(${value} === null || ${all(this.conditions(type.of, value, place, depth))})`];
    }
    if (type.kind === "ref") {
      const deep = writer.model.isDeep(type.name);
      return [`${writer.functionOf("is", type.name)}(${value}${deep ? `, ${depth}` : ""})`];
    }
    // TypeScript learns nothing about what a call returns.
    const scalar = value.endsWith(")") ? null : fits(type, value);
    if (scalar !== null) return [scalar];
    if (type.kind === "list" && fits(type.of, "item") !== null) return [`${this.#list(type.of, place)}(${value})`];
    // These readers return the value itself when they have nothing to change.
    if (!isCollection(type) || writer.isShared(type)) return [`${writer.read(type, value, place, depth)} === ${value}`];
    const room = writer.isDeep(type) ? [`${depth} < ${writer.support("objects", "MAX_DEPTH")}`] : [];
    return [...room, ...this.#collection(type, value, place, depth)];
  }

  /** The same for a value that may have limits. */
  limited(type: TypeRef, limits: Limits | undefined, value: string, place: string, depth: string): string[] {
    if (limits === undefined) return this.conditions(type, value, place, depth);
    const isOption = type.kind === "option";
    const inner = isOption ? type.of : type;
    // TypeScript knows what the value is where its type was asked for, and not where a function was called.
    const known = fits(inner, value) === null ? `(${value} as ${this.#writer.types.ref(inner)})` : value;
    const both = [...this.conditions(inner, value, place, depth), ...printLimits(this.#writer, inner, limits, known)];
    return isOption ? [`(${value} === null || ${all(both)})`] : both;
  }

  /** Statements that return whether the keys of a struct hold what they should. `tag` was looked at before. */
  struct(shape: StructShape, place: string, tag: string | null): string[] {
    const writer = this.#writer;
    const { fields, rest } = resolveFields(writer.model, shape);
    const checked = fields.map((field, index): Checked => {
      const variable = isInherited(field) ? null : variableName(field, index);
      const value = variable ?? (keySource(writer, field.name, null) as string);
      const inner = this.limited(field.type, field.limits, value, `${place}${pascalCase(field.name)}`, "depth + 1");
      const conditions = field.optional === true ? [`(${value} === undefined || ${all(inner)})`] : inner;
      return { key: field.name, variable, conditions };
    });
    const keys = [...(tag === null ? [] : [tag]), ...fields.map((field) => field.name)];
    const more: string[] = [];
    if (rest !== null) {
      const check = this.#check(rest, "entry", `${place}Rest`, "depth + 1");
      more.push(`${writer.support("guards", "isRestOf")}(value, ${keySet(writer, place, keys)}, ${check})`);
    } else if (shape.unknownKeys === "refuse") {
      more.push(`${writer.support("objects", "hasOnly")}(value, ${keySet(writer, place, keys)})`);
    }
    return returnAll(checked, more);
  }

  /** The statement that returns when `value` is no object, is too deep, or one of the calls says no. */
  unlessObject(deep: boolean, calls: readonly string[] = []): string {
    const tooDeep = deep ? [`depth >= ${this.#writer.support("objects", "MAX_DEPTH")}`] : [];
    const wrong = [
      `!${this.#writer.support("objects", "isObject")}(value)`,
      ...tooDeep,
      ...calls.map((call) => `!${call}`),
    ];
    return `if (${wrong.join(" || ")}) return false;`;
  }

  /** The conditions on what a variant carries. `value` is the expression for it. */
  content(shape: ContentShape, value: string, place: string, deep: boolean, depth: string): string[] {
    if (shape.kind !== "struct") {
      const limits = shape.kind === "newtype" ? shape.limits : undefined;
      return this.limited(contentType(shape), limits, value, place, depth);
    }
    this.addStruct(`is${place}`, null, shape, place, deep);
    return [`is${place}(${value}${deep ? `, ${depth}` : ""})`];
  }

  /** Adds a function for a struct. */
  addStruct(name: string, type: string | null, shape: StructShape, place: string, deep: boolean): void {
    this.add(name, type, deep, [this.unlessObject(deep), ...this.struct(shape, place, null)]);
  }

  /** Adds a function. It is exported and narrows when a type is given. */
  add(name: string, type: string | null, deep: boolean, body: readonly string[]): void {
    const head = `${type === null ? "" : "export "}function ${name}(value: unknown${deep ? ", depth: number" : ""})`;
    const result = type === null ? "boolean" : `value is ${type}`;
    this.#writer.functions.push(`${head}: ${result} {\n${indent(body)}\n}`);
  }

  /** The name of a function of its own for a list of scalars: a call for each item would take longer. */
  #list(of: TypeRef, place: string): string {
    const { functions, types } = this.#writer;
    const head = `function is${place}(value: unknown): value is ${types.ref({ kind: "list", of })} {`;
    const body = [
      "if (!Array.isArray(value)) return false;",
      "for (let index = 0; index < value.length; index++) {",
      "  const item: unknown = value[index];",
      `  if (!(${fits(of, "item") ?? "true"})) return false;`,
      "}",
      "return true;",
    ];
    if (!functions.some((text) => text.startsWith(head))) functions.push(`${head}\n${indent(body)}\n}`);
    return `is${place}`;
  }

  #collection(type: Collection, value: string, place: string, depth: string): string[] {
    const writer = this.#writer;
    const inner = writer.isDeep(type) ? oneMore(depth) : depth;
    switch (type.kind) {
      case "list":
      case "set":
      case "array": {
        const check = this.#check(type.of, "item", `${place}Item`, inner);
        const length = type.kind === "array" ? `, ${type.length}` : "";
        return [`${writer.support("guards", "isListOf")}(${value}, ${check}${length})`];
      }
      case "tuple": {
        const items = type.items.flatMap((item, index) =>
          this.conditions(item, `${value}[${index}]`, `${place}Item${index}`, inner),
        );
        return [`Array.isArray(${value}) && ${value}.length === ${type.items.length}`, ...items];
      }
      case "map": {
        const { key } = type;
        const entry = this.#check(type.value, "entry", `${place}Entry`, inner);
        const keys = key.kind === "ref" || key.kind === "text" ? `, ${this.#check(key, "key", place, "0")}` : "";
        return [`${writer.support("guards", "isMapOf")}(${value}, ${entry}${keys})`];
      }
    }
  }

  /** A function that says whether its argument has the type. */
  #check(type: TypeRef, name: string, place: string, depth: string): string {
    if (type.kind === "ref" && !this.#writer.model.isDeep(type.name)) return this.#writer.functionOf("is", type.name);
    return `(${name}) => ${this.conditions(type, name, place, depth).join(" && ")}`;
  }
}

/** All of the conditions as one, which can stand beside others. */
export function all(conditions: readonly string[]): string {
  return group(conditions.join(" && "), "&&");
}

/** An expression for the depth, one level further in. */
function oneMore(depth: string): string {
  const levels = Number(/\+ (\d+)$/.exec(depth)?.[1] ?? 0);
  return `depth + ${levels + 1}`;
}

function isCollection(type: TypeRef): type is Collection {
  return ["list", "set", "array", "tuple", "map"].includes(type.kind);
}

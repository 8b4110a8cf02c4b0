import { isUnchanged, type TypeRef } from "@stator/contract";
import type { ReaderWriter } from "./reader.ts";
import { fits } from "./scalar-tests.ts";

/** Types whose values hold items. */
export type Collection =
  | Extract<TypeRef, { kind: "array" | "tuple" | "map" }>
  | { readonly kind: "list" | "set"; readonly of: TypeRef };

/** The statements of a function that reads a list, a tuple or a map. */
export function collectionBody(writer: ReaderWriter, type: Collection, place: string, result: string): string[] {
  return [
    ...shapeCheck(writer, type),
    ...writer.depthCheck(writer.isDeep(type)),
    ...items(writer, type, place, result),
  ];
}

function shapeCheck(writer: ReaderWriter, type: Collection): string[] {
  const mismatch = writer.support("failure", "mismatch");
  switch (type.kind) {
    case "array":
      return [
        `if (!Array.isArray(value) || value.length !== ${type.length}) ` +
          `return ${mismatch}("a list of ${type.length}", value);`,
      ];
    case "tuple":
      return [
        `if (!Array.isArray(value) || value.length !== ${type.items.length}) ` +
          `return ${mismatch}("a list of ${type.items.length}", value);`,
      ];
    case "map":
      return [
        `if (!${writer.support("objects", "isPlainObject")}(value)) return ${mismatch}("a plain object", value);`,
      ];
    case "list":
    case "set":
      return [`if (!Array.isArray(value)) return ${mismatch}("a list", value);`];
  }
}

function items(writer: ReaderWriter, type: Collection, place: string, result: string): string[] {
  const depth = "depth + 1";
  switch (type.kind) {
    case "list":
    case "set":
    case "array":
      return list(writer, type.of, place, result);
    case "tuple": {
      const names = type.items.map((_, index) => `item${index}`);
      const lines = type.items.flatMap((item, index) =>
        writer.readInto(`item${index}`, item, undefined, `value[${index}]`, `${place}Item${index}`, depth, `${index}`),
      );
      return [...lines, writer.isShared(type) ? `return value as ${result};` : `return [${names.join(", ")}];`];
    }
    case "map": {
      const same = writer.isShared(type);
      const entry = writer.readInto("entry", type.value, undefined, "value[key]", `${place}Entry`, depth, "key");
      return [
        ...(same ? [] : [`const map = ${writer.support("objects", "emptyMap")}<${writer.types.ref(type.value)}>();`]),
        "for (const key of Object.keys(value)) {",
        `  ${keyCheck(writer, type.key, place)}`,
        ...entry.map((line) => `  ${line}`),
        ...(same ? [] : ["  map[key] = entry;"]),
        "}",
        same ? `return value as ${result};` : `return map as ${result};`,
      ];
    }
  }
}

function list(writer: ReaderWriter, of: TypeRef, place: string, result: string): string[] {
  const float = floatOf(of);
  const head = "for (let index = 0; index < value.length; index++) {";
  if (float !== null) {
    // A bigint among the numbers is rare; then all are read again, into a list of their own.
    const number = writer.read(float, "item", `${place}Item`, "0");
    const isOption = of.kind === "option";
    const each = isOption ? `(item) => (item === null ? null : ${number})` : number.replace("(item)", "");
    const fit = fits(float, "item") ?? "";
    const condition = isOption ? `item === null || (${fit})` : fit;
    const cast = result.startsWith("Array<")
      ? ""
      : ` as ${result} | ${writer.imports.type("../support/failure.ts", "Invalid")}`;
    return [
      head,
      "  const item: unknown = value[index];",
      `  if (!(${condition})) return ${writer.support("lists", "readEach")}(value, ${each})${cast};`,
      "}",
      `return value as ${result};`,
    ];
  }
  const item = writer.readInto("item", of, undefined, "value[index]", `${place}Item`, "depth + 1", "index");
  const loop = [head, ...item.map((line) => `  ${line}`)];
  if (isUnchanged(writer.model, of)) return [...loop, "}", `return value as ${result};`];
  return [
    `const items: Array<${writer.types.ref(of)}> = [];`,
    ...loop,
    "  items.push(item);",
    "}",
    `return items${result.startsWith("Array<") ? "" : ` as ${result}`};`,
  ];
}

function keyCheck(writer: ReaderWriter, key: TypeRef, place: string): string {
  if (key.kind === "ref" || key.kind === "text") {
    const read = writer.read(key, "key", place, "0");
    return `if (${read} === ${writer.support("failure", "INVALID")}) return ${writer.support("failure", "inside")}(key);`;
  }
  return `if (!key.isWellFormed()) return ${writer.support("failure", "mismatch")}("a key without lone surrogates", key);`;
}

/** Whether the items of a list are floats, which may be missing. */
export function isFloat(type: TypeRef): boolean {
  return floatOf(type) !== null;
}

/** The float of a list's items, which may be optional. */
function floatOf(type: TypeRef): (TypeRef & { kind: "float" }) | null {
  const inner = type.kind === "option" ? type.of : type;
  return inner.kind === "float" ? inner : null;
}

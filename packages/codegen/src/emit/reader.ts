import {
  integerRange,
  isUnchanged,
  kebabCase,
  type Limits,
  type Model,
  pascalCase,
  type TypeRef,
} from "@stator/contract";
import type { Imports } from "./imports.ts";
import { printLimits } from "./print-limits.ts";
import type { TypePrinter } from "./print-type.ts";

/** Writes the readers of one generated file. A reader checks a value and returns it in its one form, or `INVALID`. */
export class ReaderWriter {
  readonly model: Model;
  readonly imports: Imports;
  readonly types: TypePrinter;
  /** The type whose file it is. */
  readonly #own: string;
  /** Finished functions, in the order in which they are to stand. */
  readonly functions: string[] = [];

  constructor(model: Model, imports: Imports, types: TypePrinter, own: string) {
    this.#own = own;
    this.model = model;
    this.imports = imports;
    this.types = types;
  }

  support(file: string, name: string): string {
    return this.imports.value(`../support/${file}.ts`, name);
  }

  isDeep(type: TypeRef): boolean {
    switch (type.kind) {
      case "json":
        return true;
      case "option":
      case "list":
      case "set":
      case "array":
        return this.isDeep(type.of);
      case "tuple":
        return type.items.some((item) => this.isDeep(item));
      case "map":
        return this.isDeep(type.value);
      case "ref":
        return this.model.isDeep(type.name);
      default:
        return false;
    }
  }

  /**
   * An expression that reads `value`. Types that are written out get a function of their own, called after `place`.
   * `depth` is the expression for the lists and objects around the value.
   */
  read(type: TypeRef, value: string, place: string, depth: string): string {
    switch (type.kind) {
      case "bool":
      case "string":
      case "char":
      case "unit":
        return `${this.support("scalars", `read${pascalCase(type.kind)}`)}(${value})`;
      case "text":
        return `${this.support("text-formats", `read${pascalCase(type.format)}`)}(${value})`;
      case "bytes":
        return `${this.support("bytes", "readBytes")}(${value})`;
      case "float":
        return `${this.support("scalars", `readF${type.bits}`)}(${value})`;
      case "json":
        return `${this.support("json", "readJson")}(${value}, ${depth})`;
      case "int": {
        const name = `${type.signed ? "I" : "U"}${type.bits}`;
        if (type.policy === "number") {
          return `${this.support("scalars", type.signed ? "readSafeSigned" : "readSafeUnsigned")}(${value})`;
        }
        if (type.policy === "string") {
          const { min, max } = integerRange(type.bits, type.signed);
          return `${this.support("scalars", "readDecimal")}(${value}, ${min}n, ${max}n, "${name.toLowerCase()}")`;
        }
        return `${this.support("scalars", `read${name}`)}(${value})`;
      }
      case "option":
        return `${value} === null ? null : ${this.read(type.of, value, place, depth)}`;
      case "ref": {
        const reader = `read${type.name}`;
        if (type.name !== this.#own) this.imports.value(`./${kebabCase(type.name)}.ts`, reader);
        return this.model.isDeep(type.name) ? `${reader}(${value}, ${depth})` : `${reader}(${value})`;
      }
      default: {
        const reader = this.#collection(type, place);
        return this.isDeep(type) ? `${reader}(${value}, ${depth})` : `${reader}(${value})`;
      }
    }
  }

  /** Statements that read `value` into a new variable and return from the function when it does not fit. */
  readInto(
    variable: string,
    type: TypeRef,
    limits: Limits | undefined,
    value: string,
    place: string,
    depth: string,
    key: string | null,
  ): string[] {
    const invalid = this.support("failure", "INVALID");
    const checks = limits === undefined ? [] : printLimits(this, type, limits, variable);
    const failure = key === null ? invalid : `${this.support("failure", "inside")}(${key})`;
    return [
      `const ${variable} = ${this.read(type, value, place, depth)};`,
      `if (${[`${variable} === ${invalid}`, ...checks].join(" || ")}) return ${failure};`,
    ];
  }

  /** Adds a function. Deep ones take the depth and check it. */
  add(name: string, result: string, deep: boolean, exported: boolean, body: readonly string[]): void {
    const invalid = this.imports.type("../support/failure.ts", "Invalid");
    const parameters = deep ? "value: unknown, depth: number" : "value: unknown";
    const head = `${exported ? "export " : ""}function ${name}(${parameters}): ${result} | ${invalid} {`;
    const union = result.includes("\n") ? `(${result})` : result;
    const line = union === result ? head : head.replace(`: ${result} |`, `: ${union} |`);
    this.functions.push(`${line}\n${body.map((text) => (text === "" ? "" : `  ${text}`)).join("\n")}\n}`);
  }

  /** The check that stands first in the reader of a list or an object. */
  depthCheck(deep: boolean): string[] {
    if (!deep) return [];
    return [`if (depth >= ${this.support("objects", "MAX_DEPTH")}) return ${this.support("objects", "tooDeep")}();`];
  }

  #collection(type: TypeRef, place: string): string {
    const name = `read${place}`;
    const deep = this.isDeep(type);
    const result = this.types.ref(type);
    // Reserves the place of the function before those that it calls.
    const index = this.functions.push("") - 1;
    const body = [...this.#shapeCheck(type), ...this.depthCheck(deep), ...this.#items(type, place, result)];
    this.add(name, result, deep, false, body);
    this.functions[index] = this.functions.pop() ?? "";
    return name;
  }

  #shapeCheck(type: TypeRef): string[] {
    const mismatch = this.support("failure", "mismatch");
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
          `if (!${this.support("objects", "isPlainObject")}(value)) return ${mismatch}("a plain object", value);`,
        ];
      default:
        return [`if (!Array.isArray(value)) return ${mismatch}("a list", value);`];
    }
  }

  #items(type: TypeRef, place: string, result: string): string[] {
    const invalid = this.support("failure", "INVALID");
    const inside = this.support("failure", "inside");
    const depth = "depth + 1";
    switch (type.kind) {
      case "list":
      case "set":
      case "array": {
        const read = this.read(type.of, "value[index]", `${place}Item`, depth);
        const head = "for (let index = 0; index < value.length; index++) {";
        const item = [`  const item = ${read};`, `  if (item === ${invalid}) return ${inside}(index);`];
        if (isUnchanged(this.model, type.of)) return [head, ...item, "}", `return value as ${result};`];
        // The list is copied from the first item that changes on.
        return [
          `let items: Array<${this.types.ref(type.of)}> | null = null;`,
          head,
          ...item,
          "  if (items !== null) items.push(item);",
          "  else if (item !== value[index]) {",
          "    items = value.slice(0, index);",
          "    items.push(item);",
          "  }",
          "}",
          `return (items ?? value) as ${result};`,
        ];
      }
      case "tuple": {
        const names = type.items.map((_, index) => `item${index}`);
        const lines = type.items.flatMap((item, index) =>
          this.readInto(`item${index}`, item, undefined, `value[${index}]`, `${place}Item${index}`, depth, `${index}`),
        );
        const same = isUnchanged(this.model, type);
        return [...lines, same ? `return value as ${result};` : `return [${names.join(", ")}];`];
      }
      case "map": {
        const same = isUnchanged(this.model, type);
        const empty = same ? "" : this.support("objects", "emptyMap");
        const keyCheck =
          type.key.kind === "ref" || type.key.kind === "text"
            ? `if (${this.read(type.key, "key", place, "0")} === ${invalid}) return ${inside}(key);`
            : `if (!key.isWellFormed()) return ${this.support("failure", "mismatch")}("a key without lone surrogates", key);`;
        return [
          ...(same ? [] : [`const map = ${empty}<${this.types.ref(type.value)}>();`]),
          "for (const key of Object.keys(value)) {",
          `  ${keyCheck}`,
          `  const entry = ${this.read(type.value, "value[key]", `${place}Entry`, depth)};`,
          `  if (entry === ${invalid}) return ${inside}(key);`,
          ...(same ? [] : ["  map[key] = entry;"]),
          "}",
          same ? `return value as ${result};` : `return map as ${result};`,
        ];
      }
      default:
        return [];
    }
  }
}

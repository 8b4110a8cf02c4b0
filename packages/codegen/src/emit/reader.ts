import {
  integerRange,
  isUnchanged,
  kebabCase,
  type Limits,
  type Model,
  pascalCase,
  type TypeRef,
} from "@stator/contract";
import { type Collection, collectionBody, isFloat } from "./collection-reader.ts";
import type { Imports } from "./imports.ts";
import { printLimits } from "./print-limits.ts";
import type { TypePrinter } from "./print-type.ts";
import { misfits } from "./scalar-tests.ts";

/** Where a value is read from: an expression, or a declaration of a variable that holds it. */
export type Source = string | ((variable: string) => string);

/** Writes the readers of one generated file. A reader checks a value and returns it in its one form, or `INVALID`. */
export class ReaderWriter {
  readonly model: Model;
  readonly imports: Imports;
  readonly types: TypePrinter;
  /** The type whose file it is. */
  readonly #own: string;
  /** Finished functions, in the order in which they are to stand. */
  readonly functions: string[] = [];
  /** The readers of lists, tuples and maps that stand there already. */
  readonly #collections = new Set<string>();

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

  /** Whether a reader returns the list or the map that it was given, and no copy, when the items need no change. */
  isShared(type: TypeRef): boolean {
    switch (type.kind) {
      case "list":
      case "set":
      case "array":
        return isUnchanged(this.model, type.of) || isFloat(type.of);
      default:
        return isUnchanged(this.model, type);
    }
  }

  /** The name of a function of another type, or of the own one, `read` or `is` and the type's name. */
  functionOf(verb: "read" | "is", name: string): string {
    return name === this.#own ? `${verb}${name}` : this.imports.value(`./${kebabCase(name)}.ts`, `${verb}${name}`);
  }

  /**
   * An expression that reads `value`, the name of a variable where the type is an option. Types that are written out get
   * a function of their own, called after `place`. `depth` is the expression for the lists and objects around the value.
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
      case "literal":
        return `${this.support("scalars", "readLiteral")}(${value}, ${JSON.stringify(type.value)})`;
      case "option":
        return `${value} === null ? null : ${this.read(type.of, value, place, depth)}`;
      case "ref": {
        const reader = this.functionOf("read", type.name);
        return this.model.isDeep(type.name) ? `${reader}(${value}, ${depth})` : `${reader}(${value})`;
      }
      default: {
        const reader = this.#collection(type as Collection, place);
        return this.isDeep(type) ? `${reader}(${value}, ${depth})` : `${reader}(${value})`;
      }
    }
  }

  /**
   * Statements that read a value into a new variable and return from the function when it does not fit. `key` is what
   * the value stands under, null for the value as a whole. Where speed matters, `isHot`, checks of scalars are written
   * out.
   */
  readInto(
    variable: string,
    type: TypeRef,
    limits: Limits | undefined,
    source: Source,
    place: string,
    depth: string,
    key: string | null,
    isHot = true,
  ): string[] {
    const isOption = type.kind === "option";
    const checks = limits === undefined ? [] : printLimits(this, type, limits, variable);
    const broken = checks.map((check) => (isOption ? `(${variable} !== null && !${check})` : `!${check}`));
    const declare = typeof source === "string" ? (name: string) => `const ${name} = ${source};` : source;
    const misfit = !isHot ? null : misfits(isOption ? type.of : type, variable);
    if (misfit !== null) {
      // The check stands here, and the reader is called only to say what is wrong.
      const condition = isOption ? `${variable} !== null && ${group(misfit, "||")}` : misfit;
      const noted = this.read(isOption ? type.of : type, variable, place, depth);
      const result = key === null ? noted : `${this.support("failure", "inside")}(${key}, ${noted})`;
      return [
        declare(variable),
        ...returnIf(condition, result),
        ...broken.map((check) => `if (${check}) return ${this.#failure(key)};`),
      ];
    }
    const condition = [`${variable} === ${this.support("failure", "INVALID")}`, ...broken].join(" || ");
    // What is used more than once is read once: a getter may give something else the second time.
    const given = typeof source !== "string" || (isOption && !/^\w+$/.test(source)) ? `${variable}Given` : null;
    return [
      ...(given === null ? [] : [declare(given)]),
      `const ${variable} = ${this.read(type, given ?? (source as string), place, depth)};`,
      `if (${condition}) return ${this.#failure(key)};`,
    ];
  }

  #failure(key: string | null): string {
    return key === null ? this.support("failure", "INVALID") : `${this.support("failure", "inside")}(${key})`;
  }

  /** Adds a function. Deep ones take the depth and check it. */
  add(name: string, result: string, deep: boolean, exported: boolean, body: readonly string[]): void {
    const invalid = this.imports.type("../support/failure.ts", "Invalid");
    const parameters = deep ? "value: unknown, depth: number" : "value: unknown";
    const head = `${exported ? "export " : ""}function ${name}(${parameters}): ${result} | ${invalid} {`;
    const union = result.includes("\n") ? `(${result})` : result;
    const line = union === result ? head : head.replace(`: ${result} |`, `: ${union} |`);
    this.functions.push(`${line}\n${indent(body)}\n}`);
  }

  /** The check that stands first in the reader of a list or an object. */
  depthCheck(deep: boolean): string[] {
    if (!deep) return [];
    return [`if (depth >= ${this.support("objects", "MAX_DEPTH")}) return ${this.support("objects", "tooDeep")}();`];
  }

  #collection(type: Collection, place: string): string {
    const name = `read${place}`;
    if (this.#collections.has(name)) return name;
    this.#collections.add(name);
    const deep = this.isDeep(type);
    const result = this.types.ref(type);
    // Reserves the place of the function before those that it calls.
    const index = this.functions.push("") - 1;
    this.add(name, result, deep, false, collectionBody(this, type, place, result));
    this.functions[index] = this.functions.pop() ?? "";
    return name;
  }
}

/** Statements that return a result under a condition. */
function returnIf(condition: string, result: string): string[] {
  const line = `if (${condition}) return ${result};`;
  return line.length <= 116 ? [line] : [`if (${condition}) {`, `  return ${result};`, "}"];
}

/** A condition in parentheses, when the operator stands in it. */
export function group(condition: string, operator: "&&" | "||"): string {
  return condition.includes(operator) ? `(${condition})` : condition;
}

/** Statements as the body of a function. */
export function indent(body: readonly string[]): string {
  return body.map((text) => (text === "" ? "" : `  ${text}`)).join("\n");
}

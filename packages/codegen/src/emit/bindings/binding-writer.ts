import { type BoundType, kebabCase, type Model, pascalCase, type TypeRef } from "@stator/contract";
import { Imports } from "../imports.ts";
import { type Side, TypePrinter } from "../print-type.ts";
import { ReaderWriter } from "../reader.ts";

/** Imports of a file in `bindings`: readers of types are written for a file in `types`. */
class BindingImports extends Imports {
  readonly #own: string;

  constructor(own: string) {
    super();
    this.#own = own;
  }

  override value(from: string, name: string): string {
    return name === this.#own ? name : super.value(fromBindings(from), name);
  }

  override type(from: string, name: string): string {
    return name === this.#own ? name : super.type(fromBindings(from), name);
  }
}

function fromBindings(from: string): string {
  return from.startsWith("./") ? `../types/${from.slice(2)}` : from.replace(/^\.\.\/bindings\//, "./");
}

/** Writes the stubs of one file in `bindings`. */
export class BindingWriter {
  readonly model: Model;
  readonly imports: Imports;
  readonly #readers: ReaderWriter;
  readonly #named = new Map<string, string>();

  /** `own` is what the file exports. */
  constructor(model: Model, own: string) {
    this.model = model;
    this.imports = new BindingImports(own);
    this.#readers = new ReaderWriter(model, this.imports, this.#printer("output"), "");
  }

  /** Readers of types without a name, as functions. */
  get functions(): readonly string[] {
    return this.#readers.functions;
  }

  support(file: string, name: string): string {
    return this.imports.value(`../support/${file}.ts`, name);
  }

  supportType(file: string, name: string): string {
    return this.imports.type(`../support/${file}.ts`, name);
  }

  /** Another file in `bindings`. */
  sibling(file: string, name: string): string {
    return this.imports.value(`../bindings/${file}.ts`, name);
  }

  /** A type of the document as TypeScript. */
  type(type: TypeRef, side: Side): string {
    return this.#printer(side).ref(type);
  }

  /** The type of a parameter or a result. */
  bound(type: BoundType, side: Side): string {
    switch (type.is) {
      case "value":
        return this.type(type.type, side);
      case "object": {
        const name = this.imports.type(`../bindings/${kebabCase(type.class)}.ts`, type.class);
        return type.optional ? `${name} | null` : name;
      }
      case "callback": {
        const argument = type.argument === undefined ? "" : `value: ${this.bound(type.argument, "output")}`;
        if (type.result === undefined) return `(${argument}) => unknown`;
        const result = this.bound(type.result, "input");
        return `(${argument}) => ${result} | Promise<${result}>`;
      }
    }
  }

  /** An expression that checks a scalar. */
  readScalar(type: TypeRef, value: string): string {
    return this.#readers.read(type, value, "", "0");
  }

  /** The name of a function that checks a value of the type: `read(value, depth)`. `place` names it if it is new. */
  reader(type: TypeRef, place: string): string {
    const key = JSON.stringify(type);
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const first = this.#readers.functions.length;
    const read = this.#readers.read(type, "value", pascalCase(place), "depth");
    // Mostly it is one call of a function, which can be named itself.
    const call = /^(\w+)\(value(?:, depth)?\)$/.exec(read);
    let name = call?.[1];
    if (name === undefined) {
      name = `read${pascalCase(place)}Value`;
      this.#readers.add(name, this.type(type, "output"), this.#readers.isDeep(type), false, [`return ${read};`]);
      this.#readers.functions.splice(first, 0, this.#readers.functions.pop() ?? "");
    }
    this.#named.set(key, name);
    return name;
  }

  /** The codec that keeps the integers of the type exact. */
  codec(type: TypeRef): string {
    return this.#holdsLargeIntegers(type) ? this.support("exact-json", "exactJson") : "JSON";
  }

  #holdsLargeIntegers(type: TypeRef): boolean {
    switch (type.kind) {
      case "json":
        return true;
      case "int":
        return type.policy === "bigint";
      case "option":
      case "list":
      case "set":
      case "array":
        return this.#holdsLargeIntegers(type.of);
      case "tuple":
        return type.items.some((item) => this.#holdsLargeIntegers(item));
      case "map":
        return this.#holdsLargeIntegers(type.value);
      case "ref":
        return this.model.holdsLargeIntegers(type.name);
      default:
        return false;
    }
  }

  #printer(side: Side): TypePrinter {
    return new TypePrinter(this.model, side, (referred, printed) => {
      if (referred === "JsonValue") this.imports.type("../support/json.ts", "JsonValue");
      else this.imports.type(`../types/${kebabCase(referred)}.ts`, printed);
    });
  }
}

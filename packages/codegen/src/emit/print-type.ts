import {
  type ContentShape,
  type Field,
  isIdentifier,
  mayLackContent,
  type Model,
  resolveFields,
  type Shape,
  type Tagging,
  type TypeRef,
  type Variant,
} from "@stator/contract";
import { printDocs } from "./print-docs.ts";

/** Which side of a schema a type stands for: what is accepted, or what comes out. */
export type Side = "input" | "output";

/** Prints types of the document as TypeScript. `refer` is told every name that a file has to import. */
export class TypePrinter {
  readonly #model: Model;
  readonly #side: Side;
  readonly #refer: (name: string, printed: string) => void;

  constructor(model: Model, side: Side, refer: (name: string, printed: string) => void) {
    this.#model = model;
    this.#side = side;
    this.#refer = refer;
  }

  /** A type where it is used. */
  ref(type: TypeRef): string {
    switch (type.kind) {
      case "bool":
        return "boolean";
      case "string":
      case "char":
        return "string";
      case "unit":
        return "null";
      case "text":
        return "string";
      case "bytes":
        return "Uint8Array";
      case "json":
        this.#refer("JsonValue", "JsonValue");
        return "JsonValue";
      case "int":
        if (type.policy === "string") return "string";
        if (type.policy !== "bigint") return "number";
        return this.#side === "input" ? "number | bigint" : "bigint";
      case "float":
        return "number";
      case "option":
        return `${this.ref(type.of)} | null`;
      case "list":
      case "set":
        return `Array<${this.ref(type.of)}>`;
      case "array":
        return `[${Array.from({ length: type.length }, () => this.ref(type.of)).join(", ")}]`;
      case "tuple":
        return `[${type.items.map((item) => this.ref(item)).join(", ")}]`;
      case "map":
        return type.key.kind === "ref"
          ? `{ [key in ${this.ref(type.key)}]?: ${this.ref(type.value)} }`
          : `{ [key: string]: ${this.ref(type.value)} }`;
      case "literal":
        return JSON.stringify(type.value);
      case "ref": {
        const printed = this.#side === "input" && this.#model.hasOwnInput(type.name) ? `${type.name}Input` : type.name;
        this.#refer(type.name, printed);
        return printed;
      }
    }
  }

  /** The right side of a declaration. */
  shape(shape: Shape, indent = ""): string {
    if (shape.kind !== "enum") return this.content(shape, indent);
    const forms = shape.variants.map((variant) => this.variant(variant, shape.tagging, `${indent}    `));
    if (this.#side === "input") {
      shape.variants.forEach((variant, index) => {
        const names = [variant.name, ...(variant.aliases ?? [])];
        if (names.length > 1) forms[index] = names.map((name) => JSON.stringify(name)).join(" | ");
      });
    }
    // A reader takes any other text for this variant.
    const open = this.#side === "input" && shape.variants.some((variant) => variant.other === true);
    if (open && shape.tagging.kind === "external") forms.push("(string & {})");
    const plain = shape.variants.every((variant) => variant.docs === undefined) && forms.join(" | ").length < 100;
    if (plain && !forms.some((form) => form.includes("\n"))) return forms.join(" | ");
    const docs = shape.variants.map((variant) => printDocs(variant.docs, `${indent}  `));
    return forms.map((form, index) => `\n${docs[index] ?? ""}${indent}  | ${form}`).join("");
  }

  content(shape: ContentShape, indent: string): string {
    switch (shape.kind) {
      case "unit":
        return "null";
      case "newtype":
        return this.ref(shape.of);
      case "tuple":
        return `[${shape.items.map((item) => this.ref(item)).join(", ")}]`;
      case "struct":
        return this.#object(shape, [], indent);
    }
  }

  /** One form of an enum. */
  variant(variant: Variant, tagging: Tagging, indent: string): string {
    const name = JSON.stringify(variant.name);
    const { shape } = variant;
    switch (tagging.kind) {
      case "untagged":
        return this.content(shape, indent);
      case "external":
        if (shape.kind === "unit") return name;
        return printObject([`${printKey(variant.name)}: ${this.content(shape, `${indent}  `)}`], indent);
      case "adjacent": {
        const tag = `${printKey(tagging.tag)}: ${name}`;
        if (shape.kind === "unit") return `{ ${tag} }`;
        const optional = this.#side === "input" && mayLackContent(shape);
        const content = `${this.content(shape, `${indent}  `)}${optional ? " | undefined" : ""}`;
        return printObject([tag, `${printKey(tagging.content)}${optional ? "?" : ""}: ${content}`], indent);
      }
      case "internal": {
        const tag = `${printKey(tagging.tag)}: ${name}`;
        if (shape.kind === "struct") return this.#object(shape, [tag], indent);
        if (shape.kind === "newtype") return `{ ${tag} } & ${this.ref(shape.of)}`;
        return `{ ${tag} }`;
      }
    }
  }

  #object(shape: ContentShape & { kind: "struct" }, before: readonly string[], indent: string): string {
    const { fields, rest } = resolveFields(this.#model, shape);
    const lines = [
      ...before.map((line) => `${indent}  ${line};\n`),
      ...fields.map((field) => this.#field(field, indent)),
    ];
    if (rest !== null) {
      // TypeScript wants the known keys to fit what all keys are said to hold.
      const known = fields.map((field) => `${this.ref(field.type)}${this.#isOptional(field) ? " | undefined" : ""}`);
      const all = new Set([this.ref(rest), ...known, ...(before.length > 0 ? ["string"] : [])]);
      lines.push(`${indent}  [key: string]: ${[...all].join(" | ")};\n`);
    }
    return lines.length === 0 ? "Record<string, never>" : `{\n${lines.join("")}${indent}}`;
  }

  #isOptional(field: Field): boolean {
    return field.optional === true || (this.#side === "input" && field.default !== undefined);
  }

  #field(field: Field, indent: string): string {
    const optional = this.#isOptional(field);
    const type = this.ref(field.type);
    return (
      printDocs(field.docs, `${indent}  `) +
      `${indent}  ${printKey(field.name)}${optional ? "?" : ""}: ${type}${optional ? " | undefined" : ""};\n`
    );
  }
}

/** A key in a type. */
export function printKey(name: string): string {
  return isIdentifier(name) ? name : JSON.stringify(name);
}

/** An object type on one line, or on several when one of its members has several. */
function printObject(members: readonly string[], indent: string): string {
  if (!members.some((member) => member.includes("\n"))) return `{ ${members.join("; ")} }`;
  return `{\n${members.map((member) => `${indent}  ${member};\n`).join("")}${indent}}`;
}

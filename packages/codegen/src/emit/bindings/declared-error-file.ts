import { kebabCase, type Model, type Tagging, type TypeDefinition, type Variant } from "@stator/contract";
import { printDocs } from "../print-docs.ts";
import { BindingWriter } from "./binding-writer.ts";

/** The file of the class that a declared error is thrown as. */
export function declaredErrorFile(model: Model, type: TypeDefinition): string {
  const writer = new BindingWriter(model, `${type.name}Exception`);
  const { name, shape } = type;
  const made = `${name}Exception`;
  const thrown = writer.supportType("binding-error", "DeclaredError");
  writer.imports.value(`../types/${kebabCase(name)}.ts`, name);
  const reader = writer.reader({ kind: "ref", name }, "");
  const codec = writer.codec({ kind: "ref", name });
  const forms =
    shape.kind === "enum" && shape.tagging.kind !== "untagged"
      ? shape.variants.map(
          (variant) => `${thrown}<${JSON.stringify(variant.name)}, ${narrowed(name, shape.tagging, variant)}>`,
        )
      : [`${thrown}<${JSON.stringify(structCode(name))}, ${name}>`];
  const codeOf =
    shape.kind === "enum" ? codeExpression(name, shape.tagging) : `() => ${JSON.stringify(structCode(name))}`;
  const declaration = `export type ${made} =\n${forms.map((form) => `  | ${form}`).join("\n")};`;
  const docs = `Thrown where Rust returned a {@link ${name}}: \`value\` is it, and \`code\` its variant.`;
  const value = [
    `${printDocs(docs)}export const ${made} = ${writer.support("binding-error", "declaredErrorClass")}<${made}>(`,
    `  ${JSON.stringify(made)},`,
    `  ${reader},`,
    `  (text) => ${codec}.parse(text) as unknown,`,
    `  ${codeOf},`,
    ");",
  ].join("\n");
  return [writer.imports.print().join("\n"), declaration, value].map((part) => `${part}\n`).join("\n");
}

/** The value of one variant. */
function narrowed(name: string, tagging: Tagging, variant: Variant): string {
  const text = JSON.stringify(variant.name);
  switch (tagging.kind) {
    case "internal":
    case "adjacent":
      return `Extract<${name}, { ${JSON.stringify(tagging.tag)}: ${text} }>`;
    case "external":
      return variant.shape.kind === "unit" ? text : `Extract<${name}, { ${text}: unknown }>`;
    case "untagged":
      return name;
  }
}

function codeExpression(name: string, tagging: Tagging): string {
  switch (tagging.kind) {
    case "internal":
    case "adjacent":
      return `(value) => (value as { ${JSON.stringify(tagging.tag)}: string })[${JSON.stringify(tagging.tag)}]`;
    case "external":
      return '(value) => (typeof value === "string" ? value : (Object.keys(value as object)[0] ?? ""))';
    case "untagged":
      return `() => ${JSON.stringify(structCode(name))}`;
  }
}

/** `DivideError` to `divide_error`. */
function structCode(name: string): string {
  return kebabCase(name).replaceAll("-", "_");
}

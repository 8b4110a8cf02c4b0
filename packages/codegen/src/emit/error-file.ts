import { isIdentifier, kebabCase, type Model, type TypeDefinition, type Variant } from "@stator/contract";
import { Imports } from "./imports.ts";
import { printDocs } from "./print-docs.ts";
import { printLiteralKey } from "./print-value.ts";

const runtime = "@stator/runtime-native";

/** The file of a type that endpoints declare as their error: its schema, together with what throws it and knows it. */
export function errorFile(model: Model, definition: TypeDefinition): string {
  const { name, docs } = definition;
  const imports = new Imports();
  imports.value(runtime, "declareError");
  imports.type(runtime, "ErrorType");
  imports.type("../support/schema.ts", "Schema");
  const file = `../types/${kebabCase(name)}.ts`;
  const input = model.hasOwnInput(name) ? `${name}Input` : name;
  if (input !== name) imports.type(file, input);
  imports.value(file, `${name} as schema`);
  const { table, facts } = factsOf(definition);
  const declaration = [
    `${printDocs(docs)}export type ${name} = schema;`,
    `export const ${name}: Schema<${input}, ${name}> & ErrorType<${input}, ${name}> = {`,
    `  ...declareError(${JSON.stringify(name)}, schema, ${facts}),`,
    "  ...schema,",
    "};",
  ].join("\n");
  return [imports.print().join("\n"), ...table, declaration].map((part) => `${part}\n`).join("\n");
}

/** The statuses and sentences of the variants as a constant, and the expression that finds those of a value. */
function factsOf({ name, docs, shape, status }: TypeDefinition): { table: string[]; facts: string } {
  if (shape.kind !== "enum") return { table: [], facts: printFacts(status, sentence(docs) ?? name) };
  const { tagging, variants } = shape;
  if (tagging.kind === "untagged") return { table: [], facts: printFacts(status, sentence(docs) ?? name) };
  const entries = variants.map(
    (variant) => `  ${printLiteralKey(variant.name)}: ${printFacts(variant.status ?? status, said(name, variant))},\n`,
  );
  const table = [`const facts = {\n${entries.join("")}};`];
  if (tagging.kind !== "external") {
    const key = isIdentifier(tagging.tag) ? `.${tagging.tag}` : `[${JSON.stringify(tagging.tag)}]`;
    return { table, facts: `(error) => facts[error${key}]` };
  }
  if (variants.every((variant) => variant.shape.kind === "unit")) return { table, facts: "(error) => facts[error]" };
  const bare = variants.some((variant) => variant.shape.kind === "unit");
  const sole = "Object.keys(error)[0]";
  const tag = bare ? `(typeof error === "string" ? error : ${sole})` : sole;
  return { table, facts: `(error) => facts[${tag} as keyof typeof facts]` };
}

function said(name: string, variant: Variant): string {
  return sentence(variant.docs) ?? `${name}: ${variant.name}`;
}

/** The first paragraph on one line, as Rust has it where the type has no `Display`. */
function sentence(docs: string | undefined): string | null {
  const words =
    (docs ?? "")
      .split("\n\n", 1)[0]
      ?.split(/\s+/)
      .filter((word) => word !== "") ?? [];
  return words.length === 0 ? null : words.join(" ");
}

function printFacts(status: number | undefined, message: string): string {
  return `{ ${status === undefined ? "" : `httpStatus: ${status}, `}message: ${JSON.stringify(message)} }`;
}

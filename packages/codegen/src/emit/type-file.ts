import { kebabCase, type Model, type TypeDefinition } from "@stator/contract";
import { addEnumGuard } from "./enum-guard.ts";
import { addEnumReader } from "./enum-reader.ts";
import { keysOfUnchanged } from "./conversion.ts";
import { GuardWriter } from "./guard.ts";
import { Imports } from "./imports.ts";
import { printDocs } from "./print-docs.ts";
import { TypePrinter } from "./print-type.ts";
import { ReaderWriter } from "./reader.ts";
import { returned } from "./stages.ts";
import { structBody } from "./struct-reader.ts";

/** The file of one type: its declaration, its schema, its reader and its guard. Without the header. */
export function typeFile(model: Model, definition: TypeDefinition): string {
  const { name, shape, docs } = definition;
  const imports = new Imports();
  const refer = (referred: string, printed: string): void => {
    if (referred === name) return;
    if (referred === "JsonValue") imports.type("../support/json.ts", "JsonValue");
    else imports.type(`./${kebabCase(referred)}.ts`, printed);
  };
  const output = new TypePrinter(model, "output", refer);
  const declarations = [`${printDocs(docs)}export type ${name} = ${output.shape(shape)};`.replace(" = \n", " =\n")];
  const input = model.hasOwnInput(name) ? `${name}Input` : name;
  if (input !== name) {
    const accepted = new TypePrinter(model, "input", refer).shape(shape);
    const about = `What is accepted for a {@link ${name}}: keys with a default may be missing, wide integers may be numbers.`;
    declarations.push(`${printDocs(about)}export type ${input} = ${accepted};`.replace(" = \n", " =\n"));
  }
  imports.value("../support/schema.ts", "schema");
  imports.type("../support/schema.ts", "Schema");
  const keys = shape.kind === "struct" ? keysOfUnchanged(model, shape) : null;
  const codec = model.holdsLargeIntegers(name)
    ? [imports.value("../support/exact-json.ts", "exactJson")]
    : keys === null
      ? []
      : ["JSON"];
  const parts = [JSON.stringify(name), `read${name}`, `is${name}`, ...codec, ...(keys === null ? [] : [String(keys)])];
  const head = `export const ${name}: Schema<${input}, ${name}> = schema(`;
  const line = `${head}${parts.join(", ")});`;
  declarations.push(line.length <= 120 ? line : `${head}\n${parts.map((part) => `  ${part},\n`).join("")});`);

  const writer = new ReaderWriter(model, imports, output, name);
  addReader(writer, definition);
  addGuard(new GuardWriter(writer), writer, definition);
  // The reader that others call stands first; constants stand before what uses them anyway, as they run at load time.
  const constants = writer.functions.filter((text) => text.startsWith("const "));
  const functions = writer.functions.filter((text) => !text.startsWith("const "));
  const exported = functions.filter((text) => text.startsWith("export "));
  const local = functions.filter((text) => !text.startsWith("export "));
  return [imports.print().join("\n"), ...declarations, ...constants, ...exported, ...local]
    .map((part) => `${part}\n`)
    .join("\n");
}

function addReader(writer: ReaderWriter, { name, shape }: TypeDefinition): void {
  const deep = writer.model.isDeep(name);
  switch (shape.kind) {
    case "enum":
      addEnumReader(writer, name, shape);
      break;
    case "struct":
      writer.add(`read${name}`, name, deep, true, structBody(writer, shape, name, name, deep, null));
      break;
    case "unit":
      writer.add(`read${name}`, name, deep, true, [`return ${writer.support("scalars", "readUnit")}(value);`]);
      break;
    case "tuple": {
      const read = writer.read({ kind: "tuple", items: shape.items }, "value", `${name}Items`, "depth");
      writer.add(`read${name}`, name, deep, true, [`return ${read};`]);
      break;
    }
    case "newtype": {
      if (shape.limits === undefined) {
        writer.add(`read${name}`, name, deep, true, [
          `return ${writer.read(shape.of, "value", `${name}Inner`, "depth")};`,
        ]);
      } else {
        const lines = writer.readInto("inner", shape.of, shape.limits, "value", `${name}Inner`, "depth", null);
        writer.add(`read${name}`, name, deep, true, [...lines, "return inner;"]);
      }
      break;
    }
  }
}

function addGuard(guard: GuardWriter, writer: ReaderWriter, { name, shape }: TypeDefinition): void {
  const deep = writer.model.isDeep(name);
  switch (shape.kind) {
    case "enum":
      return addEnumGuard(guard, writer, name, shape);
    case "struct":
      return guard.addStruct(`is${name}`, name, shape, name, deep);
    default: {
      const place = shape.kind === "tuple" ? `${name}Items` : `${name}Inner`;
      return guard.add(`is${name}`, name, deep, returned(guard.content(shape, "value", place, deep, "depth")));
    }
  }
}

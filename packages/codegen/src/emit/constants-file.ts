import { camelCase, type Constant, type JsonValue, kebabCase, type Model, type TypeRef } from "@stator/contract";
import { Imports } from "./imports.ts";
import { printDocs } from "./print-docs.ts";
import { TypePrinter } from "./print-type.ts";
import { printTypedValue } from "./print-typed-value.ts";
import { printLiteralKey } from "./print-value.ts";

/** The file of one constant: a value that Rust has too. Tables by the variants of an enum carry the variants' docs. */
export function constantFile(model: Model, constant: Constant): string {
  const imports = new Imports();
  const types = new TypePrinter(model, "output", (referred, printed) => {
    if (referred === "JsonValue") imports.type("../support/json.ts", "JsonValue");
    else imports.type(`../types/${kebabCase(referred)}.ts`, printed);
  });
  const { type, value } = constant;
  const docs = type.kind === "map" ? variantDocs(model, type.key) : new Map<string, string>();
  const complete = type.kind === "map" && isComplete(model, type.key, value);
  const printed =
    type.kind === "map" && complete ? `Record<${types.ref(type.key)}, ${types.ref(type.value)}>` : types.ref(type);
  const declaration =
    `${printDocs(constant.docs)}export const ${camelCase(constant.name)} = ` +
    `${table(model, constant, docs)} as const satisfies ${printed};`;
  const head = imports.print().join("\n");
  return head === "" ? `${declaration}\n` : `${head}\n\n${declaration}\n`;
}

function table(model: Model, { type, value }: Constant, docs: ReadonlyMap<string, string>): string {
  if (type.kind !== "map" || value === null || typeof value !== "object") return printTypedValue(model, type, value);
  const entries: [string, JsonValue][] = Object.entries(value);
  // In the order of the variants, where the keys are those of an enum.
  const places = [...docs.keys()];
  entries.sort(([a], [b]) => places.indexOf(a) - places.indexOf(b));
  const lines = entries.map(([key, inner]) => {
    const entry = `${printLiteralKey(key)}: ${printTypedValue(model, type.value, inner)},\n`;
    return `${printDocs(docs.get(key), "  ")}  ${entry}`;
  });
  return `{\n${lines.join("")}}`;
}

function variantDocs(model: Model, key: TypeRef): Map<string, string> {
  const shape = model.shape(key);
  if (shape?.kind !== "enum") return new Map();
  return new Map(shape.variants.map((variant) => [variant.name, variant.docs ?? ""]));
}

/** Whether a table has a row for each variant, so that a look-up never misses. */
function isComplete(model: Model, key: TypeRef, value: JsonValue): boolean {
  const shape = model.shape(key);
  if (shape?.kind !== "enum" || value === null || typeof value !== "object") return false;
  return shape.variants.every((variant) => Object.hasOwn(value, variant.name));
}

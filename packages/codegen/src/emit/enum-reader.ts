import {
  type EnumShape,
  isTextEnum,
  mayLackContent,
  pascalCase,
  type StructShape,
  type Variant,
} from "@stator/contract";
import { contentType, structOf } from "./content.ts";
import { access, keySet, keySource } from "./keys.ts";
import { printLiteralKey } from "./print-value.ts";
import type { ReaderWriter, Source } from "./reader.ts";
import { structBody } from "./struct-reader.ts";

/** Adds the readers of an enum. The one that is called `read` and the name is exported. */
export function addEnumReader(writer: ReaderWriter, name: string, shape: EnumShape): void {
  switch (shape.tagging.kind) {
    case "external":
      return isTextEnum(shape) ? textEnum(writer, name, shape) : external(writer, name, shape);
    case "internal":
      return internal(writer, name, shape, shape.tagging.tag);
    case "adjacent":
      return adjacent(writer, name, shape, shape.tagging.tag, shape.tagging.content);
    case "untagged":
      return untagged(writer, name, shape);
  }
}

/** Texts that are compared one by one at most. */
export const MOST_CASES = 12;

function textEnum(writer: ReaderWriter, name: string, shape: EnumShape): void {
  const texts = shape.variants.map((variant) => JSON.stringify(variant.name));
  // A set must hash the text; comparing with a few is faster.
  if (texts.length > MOST_CASES) {
    writer.functions.push(`const formsOf${name}: ReadonlySet<${name}> = new Set<${name}>([${texts.join(", ")}]);`);
    const body = `return ${writer.support("scalars", "readOneOf")}(value, formsOf${name});`;
    return writer.add(`read${name}`, name, false, true, [body]);
  }
  const expected = JSON.stringify(`one of ${texts.join(", ")}`);
  writer.add(`read${name}`, name, false, true, [
    "switch (value) {",
    ...texts.map((text) => `  case ${text}:`),
    "    return value;",
    "  default:",
    `    return ${writer.support("failure", "mismatch")}(${expected}, value);`,
    "}",
  ]);
}

function external(writer: ReaderWriter, name: string, shape: EnumShape): void {
  const deep = writer.model.isDeep(name);
  const mismatch = writer.support("failure", "mismatch");
  const bare = shape.variants.filter((variant) => variant.shape.kind === "unit");
  const full = shape.variants.filter((variant) => variant.shape.kind !== "unit");
  const other = shape.variants.find((variant) => variant.other === true);
  const message = JSON.stringify(`one of ${shape.variants.map((variant) => describeForm(variant)).join(", ")}`);
  const expected = full.length === 0 ? message : `formsOf${name}`;
  if (full.length > 0) writer.functions.push(`const ${expected} = ${message};`);
  const body: string[] = [];
  if (bare.length > 0) {
    body.push("switch (value) {");
    for (const variant of bare) body.push(`  case ${JSON.stringify(variant.name)}:`);
    body.push("    return value;");
    for (const variant of bare) {
      for (const alias of variant.aliases ?? []) body.push(`  case ${JSON.stringify(alias)}:`);
      if (variant.aliases !== undefined) body.push(`    return ${JSON.stringify(variant.name)};`);
    }
    body.push("}");
    if (other !== undefined) body.push(`if (typeof value === "string") return ${JSON.stringify(other.name)};`);
  }
  if (full.length > 0) {
    body.push(
      `if (!${writer.support("objects", "isObject")}(value)) return ${mismatch}(${expected}, value);`,
      ...writer.depthCheck(deep),
      `switch (${writer.support("objects", "soleKey")}(value)) {`,
    );
    for (const variant of full) {
      body.push(
        `  case ${JSON.stringify(variant.name)}: {`,
        ...contentLines(writer, variant, name, access(variant.name), variant.name).map((line) => `    ${line}`),
        `    return { ${printLiteralKey(variant.name)}: content };`,
        "  }",
      );
    }
    body.push("}");
  }
  body.push(`return ${mismatch}(${expected}, value);`);
  writer.add(`read${name}`, name, deep, true, body);
}

function internal(writer: ReaderWriter, name: string, shape: EnumShape, tag: string): void {
  const deep = writer.model.isDeep(name);
  const cases = shape.variants.map((variant) => {
    const { shape: content } = variant;
    if (content.kind === "unit") {
      return { variant, lines: [`return { ${printLiteralKey(tag)}: ${JSON.stringify(variant.name)} };`] };
    }
    const struct = structOf(writer.model, content, shape);
    const type = writer.types.variant(variant, { kind: "internal", tag }, "");
    const body = structBody(writer, struct, `${name}${pascalCase(variant.name)}`, type, deep, {
      key: tag,
      name: variant.name,
    });
    const reader = `read${name}${pascalCase(variant.name)}`;
    writer.add(reader, type, deep, false, body);
    const index = writer.functions.length - 1;
    writer.functions[index] = (writer.functions[index] ?? "").replace(
      "value: unknown",
      "value: Record<string, unknown>",
    );
    return { variant, lines: [`return ${reader}(value${deep ? ", depth" : ""});`] };
  });
  writer.add(`read${name}`, name, deep, true, [
    ...objectCheck(writer, deep),
    ...switchOnTag(writer, shape, tag, cases),
  ]);
}

function adjacent(writer: ReaderWriter, name: string, shape: EnumShape, tag: string, content: string): void {
  const deep = writer.model.isDeep(name);
  const cases = shape.variants.map((variant) => {
    const head = `${printLiteralKey(tag)}: ${JSON.stringify(variant.name)}`;
    const isUnit = variant.shape.kind === "unit";
    // serde lets the content of a unit be missing, and refuses anything but null.
    const source = keySource(writer, content, isUnit || mayLackContent(variant.shape) ? "null" : null);
    const lines = contentLines(writer, variant, name, source, content);
    return {
      variant,
      lines: [...lines, `return { ${isUnit ? head : `${head}, ${printLiteralKey(content)}: content`} };`],
    };
  });
  const refuse: string[] = [];
  if (shape.unknownKeys === "refuse") {
    const only = writer.support("objects", "hasOnly");
    refuse.push(
      `if (!${only}(value, ${keySet(writer, name, [tag, content])})) return ${writer.support("failure", "INVALID")};`,
    );
  }
  writer.add(`read${name}`, name, deep, true, [
    ...objectCheck(writer, deep),
    ...refuse,
    ...switchOnTag(writer, shape, tag, cases),
  ]);
}

function untagged(writer: ReaderWriter, name: string, shape: EnumShape): void {
  const deep = writer.model.isDeep(name);
  const invalid = writer.support("failure", "INVALID");
  const body = shape.variants.flatMap((variant, index) => [
    `const form${index} = ${readForm(writer, variant, name)};`,
    `if (form${index} !== ${invalid}) return form${index};`,
  ]);
  const forms = shape.variants.map((variant) => variant.name).join(", ");
  body.push(`return ${writer.support("failure", "mismatch")}(${JSON.stringify(`one of the forms ${forms}`)}, value);`);
  writer.add(`read${name}`, name, deep, true, body);
}

function objectCheck(writer: ReaderWriter, deep: boolean): string[] {
  return [
    `if (!${writer.support("objects", "isObject")}(value)) ` +
      `return ${writer.support("failure", "mismatch")}("an object", value);`,
    ...writer.depthCheck(deep),
  ];
}

function switchOnTag(
  writer: ReaderWriter,
  shape: EnumShape,
  tag: string,
  cases: readonly { variant: Variant; lines: readonly string[] }[],
): string[] {
  const lines = [`const tag = ${keySource(writer, tag, null) as string};`, "switch (tag) {"];
  for (const { variant, lines: inner } of cases) {
    const block = inner.length > 1;
    lines.push(
      `  case ${JSON.stringify(variant.name)}:${block ? " {" : ""}`,
      ...inner.map((line) => `    ${line}`),
      ...(block ? ["  }"] : []),
    );
  }
  lines.push("}");
  const other = cases.find(({ variant }) => variant.other === true);
  if (other !== undefined) {
    const block = other.lines.length > 1;
    if (block) lines.push('if (typeof tag === "string") {', ...other.lines.map((line) => `  ${line}`), "}");
    else lines.push(`if (typeof tag === "string") ${other.lines[0]}`);
  }
  const names = shape.variants.map((variant) => JSON.stringify(variant.name)).join(", ");
  const mismatch = writer.support("failure", "mismatch");
  const inside = writer.support("failure", "inside");
  lines.push(`return ${inside}(${JSON.stringify(tag)}, ${mismatch}(${JSON.stringify(`one of ${names}`)}, tag));`);
  return lines;
}

/** Statements that read what a variant carries into `content`, from under a key. */
function contentLines(writer: ReaderWriter, variant: Variant, name: string, source: Source, key: string): string[] {
  const place = `${name}${pascalCase(variant.name)}`;
  const { shape } = variant;
  const under = JSON.stringify(key);
  if (shape.kind === "struct") {
    const invalid = writer.support("failure", "INVALID");
    return [
      `const content = ${readStruct(writer, shape, name, variant, source as string, "depth + 1")};`,
      `if (content === ${invalid}) return ${writer.support("failure", "inside")}(${under});`,
    ];
  }
  const limits = shape.kind === "newtype" ? shape.limits : undefined;
  return writer.readInto("content", contentType(shape), limits, source, place, "depth + 1", under);
}

/** An expression that reads `value` as one form of an untagged enum. */
function readForm(writer: ReaderWriter, variant: Variant, name: string): string {
  const { shape } = variant;
  const place = `${name}${pascalCase(variant.name)}`;
  if (shape.kind === "struct") return readStruct(writer, shape, name, variant, "value", "depth");
  if (shape.kind !== "newtype" || shape.limits === undefined) {
    return writer.read(contentType(shape), "value", place, "depth");
  }
  const deep = writer.model.isDeep(name);
  const lines = writer.readInto("content", shape.of, shape.limits, "value", `${place}Content`, "depth", null);
  writer.add(`read${place}`, writer.types.ref(shape.of), deep, false, [...lines, "return content;"]);
  return `read${place}(value${deep ? ", depth" : ""})`;
}

/** An expression that reads a struct of a variant, by a function of its own. */
function readStruct(
  writer: ReaderWriter,
  shape: StructShape,
  name: string,
  variant: Variant,
  value: string,
  depth: string,
): string {
  const place = `${name}${pascalCase(variant.name)}`;
  const deep = writer.model.isDeep(name);
  const type = writer.types.content(shape, "");
  writer.add(`read${place}`, type, deep, false, structBody(writer, shape, place, type, deep, null));
  return `read${place}(${value}${deep ? `, ${depth}` : ""})`;
}

function describeForm(variant: Variant): string {
  const name = JSON.stringify(variant.name);
  return variant.shape.kind === "unit" ? name : `{ ${name}: ... }`;
}

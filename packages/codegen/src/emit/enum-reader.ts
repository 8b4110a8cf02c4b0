import {
  type ContentShape,
  type EnumShape,
  isIdentifier,
  isTextEnum,
  mayLackContent,
  pascalCase,
  type StructShape,
  type Variant,
} from "@stator/contract";
import { printLiteralKey } from "./print-value.ts";
import type { ReaderWriter } from "./reader.ts";
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

const MOST_CASES = 12;

function textEnum(writer: ReaderWriter, name: string, shape: EnumShape): void {
  const texts = shape.variants.map((variant) => JSON.stringify(variant.name));
  const oneOf = writer.support("scalars", "readOneOf");
  writer.functions.push(`const formsOf${name}: ReadonlySet<${name}> = new Set<${name}>([${texts.join(", ")}]);`);
  const slow = `return ${oneOf}(value, formsOf${name});`;
  // A set must hash the text; comparing with a few is faster.
  const body =
    texts.length > MOST_CASES
      ? [slow]
      : [
          "switch (value) {",
          ...texts.map((text) => `  case ${text}:`),
          "    return value;",
          "  default:",
          `    ${slow}`,
          "}",
        ];
  writer.add(`read${name}`, name, writer.model.isDeep(name), true, body);
}

function external(writer: ReaderWriter, name: string, shape: EnumShape): void {
  const deep = writer.model.isDeep(name);
  const mismatch = writer.support("failure", "mismatch");
  const bare = shape.variants.filter((variant) => variant.shape.kind === "unit");
  const full = shape.variants.filter((variant) => variant.shape.kind !== "unit");
  const other = shape.variants.find((variant) => variant.other === true);
  const expected = JSON.stringify(`one of ${shape.variants.map((variant) => describeForm(variant)).join(", ")}`);
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
    const inside = writer.support("failure", "inside");
    const invalid = writer.support("failure", "INVALID");
    body.push(
      `if (!${writer.support("objects", "isObject")}(value)) return ${mismatch}(${expected}, value);`,
      ...writer.depthCheck(deep),
      `switch (${writer.support("objects", "soleKey")}(value)) {`,
    );
    for (const variant of full) {
      const key = JSON.stringify(variant.name);
      const access = isIdentifier(variant.name) ? `value.${variant.name}` : `value[${key}]`;
      body.push(
        `  case ${key}: {`,
        `    const content = ${readContent(writer, variant.shape, name, variant, access)};`,
        `    return content === ${invalid} ? ${inside}(${key}) : { ${printLiteralKey(variant.name)}: content };`,
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
      return { variant, result: `{ ${printLiteralKey(tag)}: ${JSON.stringify(variant.name)} }` };
    }
    const struct = structOf(writer, content, shape);
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
    return { variant, result: `${reader}(value${deep ? ", depth" : ""})` };
  });
  writer.add(`read${name}`, name, deep, true, [
    ...objectCheck(writer, deep),
    ...switchOnTag(writer, shape, tag, cases),
  ]);
}

function adjacent(writer: ReaderWriter, name: string, shape: EnumShape, tag: string, content: string): void {
  const deep = writer.model.isDeep(name);
  const invalid = writer.support("failure", "INVALID");
  const contentKey = JSON.stringify(content);
  const cases = shape.variants.map((variant) => {
    const head = `${printLiteralKey(tag)}: ${JSON.stringify(variant.name)}`;
    if (variant.shape.kind === "unit") {
      // serde lets the content be missing, and refuses anything but null.
      const read = `value[${contentKey}] === undefined ? null : ${readContent(writer, variant.shape, name, variant, `value[${contentKey}]`)}`;
      return { variant, content: read, result: `{ ${head} }` };
    }
    const given = readContent(writer, variant.shape, name, variant, `value[${contentKey}]`);
    const read = mayLackContent(variant.shape) ? `value[${contentKey}] === undefined ? null : ${given}` : given;
    return { variant, content: read, result: `{ ${head}, ${printLiteralKey(content)}: content }` };
  });
  const refuse: string[] = [];
  if (shape.unknownKeys === "refuse") {
    writer.functions.push(
      `const keysOf${name}: ReadonlySet<string> = new Set([${JSON.stringify(tag)}, ${contentKey}]);`,
    );
    refuse.push(`if (!${writer.support("objects", "hasOnly")}(value, keysOf${name})) return ${invalid};`);
  }
  writer.add(`read${name}`, name, deep, true, [
    ...objectCheck(writer, deep),
    ...refuse,
    ...switchOnTag(writer, shape, tag, cases, contentKey),
  ]);
}

function untagged(writer: ReaderWriter, name: string, shape: EnumShape): void {
  const deep = writer.model.isDeep(name);
  const invalid = writer.support("failure", "INVALID");
  const body = shape.variants.flatMap((variant, index) => [
    `const form${index} = ${readContent(writer, variant.shape, name, variant, "value", "depth")};`,
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
  cases: readonly { variant: Variant; content?: string; result: string }[],
  contentKey = "",
): string[] {
  const inside = writer.support("failure", "inside");
  const key = JSON.stringify(tag);
  const access = isIdentifier(tag) && !(tag in Object.prototype) ? `value.${tag}` : `value[${key}]`;
  const lines = [`const tag = ${access};`, "switch (tag) {"];
  for (const { variant, content, result } of cases) {
    lines.push(`  case ${JSON.stringify(variant.name)}:${content === undefined ? "" : " {"}`);
    if (content === undefined) {
      lines.push(`    return ${result};`);
    } else {
      const invalid = writer.support("failure", "INVALID");
      lines.push(
        `    const content = ${content};`,
        `    return content === ${invalid} ? ${inside}(${contentKey}) : ${result};`,
        "  }",
      );
    }
  }
  lines.push("}");
  const other = cases.find(({ variant }) => variant.other === true);
  if (other?.content !== undefined) {
    const invalid = writer.support("failure", "INVALID");
    lines.push(
      'if (typeof tag === "string") {',
      `  const content = ${other.content};`,
      `  return content === ${invalid} ? ${inside}(${contentKey}) : ${other.result};`,
      "}",
    );
  } else if (other !== undefined) {
    lines.push(`if (typeof tag === "string") return ${other.result};`);
  }
  const names = shape.variants.map((variant) => JSON.stringify(variant.name)).join(", ");
  lines.push(
    `${writer.support("failure", "mismatch")}(${JSON.stringify(`one of ${names}`)}, tag);`,
    `return ${inside}(${key});`,
  );
  return lines;
}

/** An expression that reads what a variant carries; a struct or a tuple gets a function of its own. */
function readContent(
  writer: ReaderWriter,
  shape: ContentShape,
  name: string,
  variant: Variant,
  value: string,
  depth = "depth + 1",
): string {
  const place = `${name}${pascalCase(variant.name)}`;
  const deep = writer.model.isDeep(name);
  const depthArgument = deep ? `, ${depth}` : "";
  switch (shape.kind) {
    case "unit":
      return `${writer.support("scalars", "readUnit")}(${value})`;
    case "tuple":
      return writer.read({ kind: "tuple", items: shape.items }, value, place, depth);
    case "newtype": {
      if (shape.limits === undefined) return writer.read(shape.of, value, place, depth);
      const lines = writer.readInto("content", shape.of, shape.limits, "value", `${place}Content`, "depth", null);
      writer.add(`read${place}`, writer.types.ref(shape.of), deep, false, [...lines, "return content;"]);
      return `read${place}(${value}${depthArgument})`;
    }
    case "struct": {
      const type = writer.types.content(shape, "");
      writer.add(`read${place}`, type, deep, false, structBody(writer, shape, place, type, deep, null));
      return `read${place}(${value}${depthArgument})`;
    }
  }
}

/** The struct behind the content of an internally tagged variant. */
function structOf(writer: ReaderWriter, content: ContentShape, shape: EnumShape): StructShape {
  if (content.kind === "struct") return content;
  const inner = content.kind === "newtype" ? writer.model.shape(content.of) : null;
  return inner?.kind === "struct" ? inner : { kind: "struct", fields: [], unknownKeys: shape.unknownKeys };
}

function describeForm(variant: Variant): string {
  const name = JSON.stringify(variant.name);
  return variant.shape.kind === "unit" ? name : `{ ${name}: ... }`;
}

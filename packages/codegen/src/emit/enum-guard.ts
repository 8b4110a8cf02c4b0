import { type EnumShape, pascalCase, type Variant } from "@stator/contract";
import { structOf } from "./content.ts";
import { all, type GuardWriter } from "./guard.ts";
import { MOST_CASES } from "./enum-reader.ts";
import { access, keySet, keySource } from "./keys.ts";
import type { ReaderWriter } from "./reader.ts";
import { returned } from "./stages.ts";

/** Adds the guards of an enum. The one that is called `is` and the name is exported. */
export function addEnumGuard(guard: GuardWriter, writer: ReaderWriter, name: string, shape: EnumShape): void {
  switch (shape.tagging.kind) {
    case "external":
      return external(guard, writer, name, shape);
    case "internal":
      return internal(guard, writer, name, shape, shape.tagging.tag);
    case "adjacent":
      return adjacent(guard, writer, name, shape, shape.tagging.tag, shape.tagging.content);
    case "untagged": {
      const deep = writer.model.isDeep(name);
      const forms = shape.variants.map((variant) =>
        all(guard.content(variant.shape, "value", `${name}${pascalCase(variant.name)}`, deep, "depth")),
      );
      return guard.add(`is${name}`, name, deep, returned(forms, "||"));
    }
  }
}

function external(guard: GuardWriter, writer: ReaderWriter, name: string, shape: EnumShape): void {
  const deep = writer.model.isDeep(name);
  const full = shape.variants.filter((variant) => variant.shape.kind !== "unit");
  const bare = shape.variants
    .filter((variant) => variant.shape.kind === "unit")
    .map((variant) => `value === ${JSON.stringify(variant.name)}`);
  if (full.length === 0) {
    // The reader of a text returns it as it is, or the text that Rust would write for it.
    const whole = bare.length > MOST_CASES ? [`read${name}(value) === value`] : bare;
    return guard.add(`is${name}`, name, deep, returned(whole, "||"));
  }
  guard.add(`is${name}`, name, deep, [
    ...(bare.length === 0 ? [] : [`if (${bare.join(" || ")}) return true;`]),
    guard.unlessObject(deep),
    `switch (${writer.support("objects", "soleKey")}(value)) {`,
    ...full.flatMap((variant) => [
      `  case ${JSON.stringify(variant.name)}:`,
      ...returned(content(guard, name, variant, access(variant.name), deep)).map((line) => `    ${line}`),
    ]),
    "  default:",
    "    return false;",
    "}",
  ]);
}

function internal(guard: GuardWriter, writer: ReaderWriter, name: string, shape: EnumShape, tag: string): void {
  tagged(guard, writer, name, shape, tag, [], (variant) => {
    if (variant.shape.kind === "unit") return ["return true;"];
    const place = `${name}${pascalCase(variant.name)}`;
    return guard.struct(structOf(writer.model, variant.shape, shape), place, tag);
  });
}

function adjacent(
  guard: GuardWriter,
  writer: ReaderWriter,
  name: string,
  shape: EnumShape,
  tag: string,
  key: string,
): void {
  const deep = writer.model.isDeep(name);
  const value = keySource(writer, key, null) as string;
  const only =
    shape.unknownKeys === "refuse"
      ? [`${writer.support("objects", "hasOnly")}(value, ${keySet(writer, name, [tag, key])})`]
      : [];
  tagged(guard, writer, name, shape, tag, only, (variant) =>
    variant.shape.kind === "unit"
      ? [`return (${value} ?? null) === null;`]
      : returned(content(guard, name, variant, value, deep)),
  );
}

function tagged(
  guard: GuardWriter,
  writer: ReaderWriter,
  name: string,
  shape: EnumShape,
  tag: string,
  more: readonly string[],
  linesOf: (variant: Variant) => readonly string[],
): void {
  const deep = writer.model.isDeep(name);
  guard.add(`is${name}`, name, deep, [
    guard.unlessObject(deep, more),
    `switch (${keySource(writer, tag, null) as string}) {`,
    ...shape.variants.flatMap((variant) => {
      const lines = linesOf(variant);
      const label = `  case ${JSON.stringify(variant.name)}:`;
      const inner = lines.map((line) => `    ${line}`);
      // Variables stay within their case.
      return lines[0]?.startsWith("const ") === true ? [`${label} {`, ...inner, "  }"] : [label, ...inner];
    }),
    "  default:",
    "    return false;",
    "}",
  ]);
}

function content(guard: GuardWriter, name: string, variant: Variant, value: string, deep: boolean): string[] {
  return guard.content(variant.shape, value, `${name}${pascalCase(variant.name)}`, deep, "depth + 1");
}

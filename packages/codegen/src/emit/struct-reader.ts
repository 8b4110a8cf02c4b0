import { type Field, isIdentifier, pascalCase, resolveFields, type StructShape } from "@stator/contract";
import { printLimits } from "./print-limits.ts";
import { printKey } from "./print-type.ts";
import { printLiteralKey, printValue } from "./print-value.ts";
import type { ReaderWriter, Source } from "./reader.ts";

/**
 * The statements of a function that reads an object, up to its `return`.
 *
 * `tag` is the key that names the variant of an enum, with the variant's name: it stands in the result and needs no
 * reading.
 */
export function structBody(
  writer: ReaderWriter,
  shape: StructShape,
  place: string,
  result: string,
  deep: boolean,
  tag: { key: string; name: string } | null,
): string[] {
  const { fields, rest } = resolveFields(writer.model, shape);
  const lines: string[] = [];
  if (tag === null) {
    lines.push(
      `if (!${writer.support("objects", "isObject")}(value)) ` +
        `return ${writer.support("failure", "mismatch")}("an object", value);`,
      ...writer.depthCheck(deep),
    );
  }
  const keys = [...(tag === null ? [] : [tag.key]), ...fields.map((field) => field.name)];
  const later: string[] = [];
  const entries = tag === null ? [] : [`${printLiteralKey(tag.key)}: ${JSON.stringify(tag.name)}`];
  fields.forEach((field, index) => {
    const variable = variableName(field, index);
    lines.push(...fieldLines(writer, field, variable, place));
    const entry = field.name === variable ? variable : `${printLiteralKey(field.name)}: ${variable}`;
    // A key that is missing stays missing: a key with `undefined` would show.
    if (field.optional !== true) entries.push(entry);
    else if (field.name in Object.prototype) entries.push(`...(${variable} === undefined ? null : { ${entry} })`);
    else {
      const target = isIdentifier(field.name) ? `result.${field.name}` : `result[${JSON.stringify(field.name)}]`;
      later.push(`if (${variable} !== undefined) ${target} = ${variable};`);
    }
  });
  if (rest !== null) {
    const known = keySet(writer, place, keys);
    const other = writer.support("objects", "emptyMap");
    const type = writer.types.ref(rest);
    lines.push(
      `const rest = ${other}<${type}>();`,
      "for (const key of Object.keys(value)) {",
      `  if (${known}.has(key)) continue;`,
      `  if (!key.isWellFormed()) return ${writer.support("failure", "mismatch")}("a key without lone surrogates", key);`,
      ...writer
        .readInto("entry", rest, undefined, "value[key]", `${place}Rest`, "depth + 1", "key")
        .map((line) => `  ${line}`),
      "  rest[key] = entry;",
      "}",
    );
    entries.push("...rest");
  } else if (shape.unknownKeys === "refuse") {
    const only = writer.support("objects", "hasOnly");
    lines.push(`if (!${only}(value, ${keySet(writer, place, keys)})) return ${writer.support("failure", "INVALID")};`);
  }
  const literal = entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
  // TypeScript cannot see that the rest has none of the known keys.
  const value = rest === null ? literal : `${literal} as ${result}`;
  if (later.length > 0) return [...lines, `const result: ${result} = ${value};`, ...later, "return result;"];
  lines.push(
    value.length <= 100 || rest !== null
      ? `return ${value};`
      : `return {\n${entries.map((entry) => `    ${entry},\n`).join("")}  };`,
  );
  return lines;
}

function fieldLines(writer: ReaderWriter, field: Field, variable: string, place: string): string[] {
  const key = JSON.stringify(field.name);
  const inner = `${place}${pascalCase(field.name)}`;
  if (field.optional === true) return optionalLines(writer, field, variable, inner);
  return writer.readInto(variable, field.type, field.limits, sourceOf(writer, field), inner, "depth + 1", key);
}

/** A key that is missing is no key of the result either. */
function optionalLines(writer: ReaderWriter, field: Field, variable: string, place: string): string[] {
  const checks = field.limits === undefined ? [] : printLimits(writer, field.type, field.limits, variable);
  const present = `${variable} !== undefined${field.type.kind === "option" ? ` && ${variable} !== null` : ""}`;
  const wrong = [
    `${variable} === ${writer.support("failure", "INVALID")}`,
    ...checks.map((check) => `(${present} && !${check})`),
  ];
  const given = `${variable}Given`;
  return [
    `const ${given} = ${keySource(writer, field.name, null) as string};`,
    `const ${variable} = ${given} === undefined ? undefined : ${writer.read(field.type, given, place, "depth + 1")};`,
    `if (${wrong.join(" || ")}) return ${writer.support("failure", "inside")}(${JSON.stringify(field.name)});`,
  ];
}

function sourceOf(writer: ReaderWriter, field: Field): Source {
  return keySource(writer, field.name, field.default === undefined ? null : printValue(field.default));
}

/** What stands under a key; `missing` is the expression for what to take when nothing does. */
export function keySource(writer: ReaderWriter, name: string, missing: string | null): Source {
  if (name in Object.prototype) {
    const own = writer.support("objects", "own");
    const key = JSON.stringify(name);
    if (missing === null) return `${own}(value, ${key})`;
    return (variable) => `const ${variable} = ${own}(value, ${key}, ${missing});`;
  }
  if (missing === null) return access(name);
  return (variable) => {
    const renamed = variable === name ? variable : `${printKey(name)}: ${variable}`;
    return `const { ${renamed} = ${missing} } = value;`;
  };
}

/** The value under a key that no object inherits. */
export function access(name: string): string {
  return isIdentifier(name) ? `value.${name}` : `value[${JSON.stringify(name)}]`;
}

/** A constant that holds the known keys. */
export function keySet(writer: ReaderWriter, place: string, keys: readonly string[]): string {
  const name = `keysOf${place}`;
  const declaration = `const ${name}: ReadonlySet<string> = new Set([${keys.map((key) => JSON.stringify(key)).join(", ")}]);`;
  if (!writer.functions.includes(declaration)) writer.functions.push(declaration);
  return name;
}

/** Keys that cannot be the name of a variable, or would hide one that the reader uses. */
const taken = new Set(
  (
    "value depth key entry rest result undefined Object Array BigInt Infinity Number Math " +
    "INVALID break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with yield " +
    "let static implements interface package private protected public await eval arguments mismatch inside own isObject " +
    "hasOnly emptyMap tooDeep hasBytes hasChars hasItems hasEntries hasLength isWithin isPlainObject soleKey readEach"
  ).split(" "),
);

function variableName(field: Field, index: number): string {
  const isInherited = field.name in Object.prototype;
  const usable =
    !isInherited && isIdentifier(field.name) && !taken.has(field.name) && !/^(read|keysOf)|Given$/.test(field.name);
  return usable ? field.name : `field${index}`;
}

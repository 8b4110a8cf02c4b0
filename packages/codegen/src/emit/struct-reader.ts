import { type Field, isIdentifier, pascalCase, resolveFields, type StructShape } from "@stator/contract";
import { conversionOf } from "./conversion.ts";
import { GuardWriter } from "./guard.ts";
import { isInherited, keySet, keySource } from "./keys.ts";
import { printLimits } from "./print-limits.ts";
import { printLiteralKey, printValue } from "./print-value.ts";
import type { ReaderWriter, Source } from "./reader.ts";
import { type Checked, whenAll } from "./stages.ts";
import { variableName } from "./variables.ts";

/** The key that names the variant of an enum, with the variant's name. */
type Tag = { readonly key: string; readonly name: string };

/**
 * The statements of a function that reads an object, up to its `return`.
 *
 * A tag stands in the result and needs no reading.
 */
export function structBody(
  writer: ReaderWriter,
  shape: StructShape,
  place: string,
  result: string,
  deep: boolean,
  tag: Tag | null,
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
  const fast = fastPath(writer, shape, place, result, tag);
  if (fast !== null) lines.push("{", ...fast.map((line) => `  ${line}`), "}");
  fields.forEach((field, index) => {
    lines.push(...fieldLines(writer, field, variableName(field, index), place, fast === null));
  });
  const known = knownKeys(tag, fields);
  if (rest !== null) {
    lines.push(
      `const rest = ${writer.support("objects", "emptyMap")}<${writer.types.ref(rest)}>();`,
      "for (const key of Object.keys(value)) {",
      `  if (${keySet(writer, place, known)}.has(key)) continue;`,
      `  if (!key.isWellFormed()) return ${writer.support("failure", "mismatch")}("a key without lone surrogates", key);`,
      ...writer
        .readInto("entry", rest, undefined, "value[key]", `${place}Rest`, "depth + 1", "key")
        .map((line) => `  ${line}`),
      "  rest[key] = entry;",
      "}",
    );
  } else {
    lines.push(...refusal(writer, shape, place, known));
  }
  const entries = [...resultEntries(tag, fields), ...(rest === null ? [] : ["...rest"])];
  const later = fields.flatMap((field, index) => laterLines(field, variableName(field, index)));
  // TypeScript cannot see that the rest has none of the known keys.
  const object = printObject(entries, rest === null ? null : result);
  if (later.length === 0) return [...lines, ...prefixed("return ", object)];
  return [...lines, ...prefixed(`const result: ${result} = `, object), ...later, "return result;"];
}

/**
 * A shorter way for objects that are in their one form already, as most are: one condition for all keys whose values
 * need no change. When it does not hold, the statements after it find out why. Null when it would not be worth it.
 */
function fastPath(
  writer: ReaderWriter,
  shape: StructShape,
  place: string,
  result: string,
  tag: Tag | null,
): string[] | null {
  const { fields, rest } = resolveFields(writer.model, shape);
  const kinds = fields.map((field) => conversionOf(writer.model, field.type));
  const isPlain = fields.every((field) => field.optional !== true && !isInherited(field));
  if (!isPlain || rest !== null || kinds.includes("always")) return null;
  if (kinds.filter((kind) => kind === "rarely").length < 2) return null;
  const guard = new GuardWriter(writer);
  const checked: Checked[] = [];
  const reads: string[] = [];
  fields.forEach((field, index) => {
    const variable = variableName(field, index);
    if (kinds[index] === "rarely") {
      const inner = `${place}${pascalCase(field.name)}`;
      const conditions = guard.limited(field.type, field.limits, variable, inner, "depth + 1");
      checked.push({ key: field.name, variable, conditions });
    } else {
      reads.push(...fieldLines(writer, field, variable, place, true));
    }
  });
  // TypeScript does not learn from what a reader returns.
  const isNarrowed = !checked.some(({ conditions }) => conditions.some((condition) => condition.includes("read")));
  const inside = [
    ...reads,
    ...refusal(writer, shape, place, knownKeys(tag, fields)),
    ...prefixed("return ", printObject(resultEntries(tag, fields), isNarrowed ? null : result)),
  ];
  return whenAll(checked, [], inside);
}

function knownKeys(tag: Tag | null, fields: readonly Field[]): string[] {
  return [...(tag === null ? [] : [tag.key]), ...fields.map((field) => field.name)];
}

function refusal(writer: ReaderWriter, shape: StructShape, place: string, known: readonly string[]): string[] {
  if (shape.unknownKeys !== "refuse") return [];
  const only = writer.support("objects", "hasOnly");
  return [`if (!${only}(value, ${keySet(writer, place, known)})) return ${writer.support("failure", "INVALID")};`];
}

/** The entries of the result, from the variables that hold them. */
function resultEntries(tag: Tag | null, fields: readonly Field[]): string[] {
  const entries = tag === null ? [] : [`${printLiteralKey(tag.key)}: ${JSON.stringify(tag.name)}`];
  fields.forEach((field, index) => {
    const variable = variableName(field, index);
    const entry = field.name === variable ? variable : `${printLiteralKey(field.name)}: ${variable}`;
    if (field.optional !== true) entries.push(entry);
    else if (isInherited(field)) entries.push(`...(${variable} === undefined ? null : { ${entry} })`);
  });
  return entries;
}

/** A key that is missing stays missing: a key with `undefined` would show. */
function laterLines(field: Field, variable: string): string[] {
  if (field.optional !== true || isInherited(field)) return [];
  const target = isIdentifier(field.name) ? `result.${field.name}` : `result[${JSON.stringify(field.name)}]`;
  return [`if (${variable} !== undefined) ${target} = ${variable};`];
}

/** An object literal, on one line or on several. */
function printObject(entries: readonly string[], type: string | null): string[] {
  const cast = type === null ? "" : ` as ${type}`;
  const line = `${entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`}${cast};`;
  return line.length <= 100 ? [line] : ["{", ...entries.map((entry) => `  ${entry},`), `}${cast};`];
}

function prefixed(start: string, [first = "", ...rest]: readonly string[]): string[] {
  return [`${start}${first}`, ...rest];
}

function fieldLines(writer: ReaderWriter, field: Field, variable: string, place: string, isHot: boolean): string[] {
  const key = JSON.stringify(field.name);
  const inner = `${place}${pascalCase(field.name)}`;
  if (field.optional === true) return optionalLines(writer, field, variable, inner);
  return writer.readInto(variable, field.type, field.limits, sourceOf(writer, field), inner, "depth + 1", key, isHot);
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

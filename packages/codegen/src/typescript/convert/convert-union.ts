import { type EnumShape, pascalCase, type Variant } from "@stator/contract";
import { asNode, entries, type JsonSchemaNode, texts } from "../schema/json-schema-node.ts";
import type { Conversion, Made } from "./conversion-context.ts";
import { literalsMade, literalsOf } from "./convert-literals.ts";
import { structShape, unknownKeysOf } from "./convert-object.ts";
import { areApart } from "./forms-apart.ts";
import { optionOf } from "./option-of.ts";
import type { Place } from "./place.ts";
import { type Form, type Forms, formsOf, isAnyJson } from "./union-forms.ts";

/** A type that has one of several forms. `exclusive`: a value that fits two of them fits none. */
export function makeUnion(
  conversion: Conversion,
  branches: readonly JsonSchemaNode[],
  exclusive: boolean,
  place: Place,
): Made {
  const union = formsOf(conversion, branches);
  if (union.any || isAnyJson(conversion, { anyOf: branches })) return { kind: "use", use: { type: { kind: "json" } } };
  const { forms, literals, nullable } = union;
  if (forms.length === 0) {
    if (literals.length === 0 && !nullable) return conversion.problem(place, "no value fits. Say what is allowed");
    return literalsMade(nullable ? [...literals, null] : literals);
  }
  const [only] = forms;
  if (only !== undefined && forms.length === 1 && literals.length === 0) {
    return orNull(conversion, conversion.make(only.node, place), nullable);
  }
  const shape = tagged(conversion, union, place) ?? untagged(conversion, union, exclusive, place);
  return { kind: "shape", shape, nullable };
}

function orNull(conversion: Conversion, made: Made, nullable: boolean): Made {
  if (!nullable) return made;
  if (made.kind === "shape") return { ...made, nullable: true };
  return { kind: "use", use: optionOf(made.use, conversion.registry) };
}

/** Forms that a key with another text in each tells apart; null when there is no such key. */
function tagged(conversion: Conversion, { forms, literals }: Forms, place: Place): EnumShape | null {
  if (literals.length > 0 || forms.some(({ view }) => view["type"] !== "object")) return null;
  const policies = new Set(forms.map(({ view }) => unknownKeysOf(view)));
  const [unknownKeys] = policies;
  if (policies.size !== 1 || unknownKeys === undefined) return null;
  const [first] = forms;
  const keys = first === undefined ? [] : entries(first.view["properties"]).map(([key]) => key);
  const tag = keys.find((key) => tellsApart(conversion, forms, key));
  if (tag === undefined) return null;
  const variants = forms.flatMap(({ view, node }) =>
    tagsOf(conversion, view, tag).map((name): Variant => {
      const docs = view["description"] ?? node["description"];
      const shape = structShape(conversion, view, place.variant(name), tag);
      return { name, ...(typeof docs === "string" ? { docs } : {}), shape };
    }),
  );
  return { kind: "enum", tagging: { kind: "internal", tag }, variants, unknownKeys };
}

/** Whether a key has a text in each form that no other form has. Parts of names are made of them, so these differ too. */
function tellsApart(conversion: Conversion, forms: readonly Form[], key: string): boolean {
  const tags = forms.map(({ view }) => tagsOf(conversion, view, key));
  const all = tags.flat();
  const names = new Set(all.map(pascalCase));
  return tags.every((each) => each.length > 0) && names.size === all.length && !names.has("");
}

/** The texts that a key of a form may have; none when it may be missing or have other values. */
function tagsOf(conversion: Conversion, view: JsonSchemaNode, key: string): readonly string[] {
  if (!texts(view["required"]).includes(key)) return [];
  const schema = entries(view["properties"]).find(([name]) => name === key)?.[1];
  const values = schema === undefined ? null : literalsOf(conversion.references.open(asNode(schema)));
  const found = texts(values);
  return found.length === values?.length ? found : [];
}

function untagged(conversion: Conversion, { forms, literals }: Forms, exclusive: boolean, place: Place): EnumShape {
  const names = new Set<string>();
  const unknownKeys = forms.some(({ view }) => unknownKeysOf(view) === "refuse") ? "refuse" : "strip";
  const variant = (shape: Variant["shape"], kind: string): Variant => {
    let name = kind;
    for (let number = 2; names.has(name); number++) name = `${kind}${number}`;
    names.add(name);
    return { name, shape };
  };
  const variants = [
    ...literals.map((value) => variant({ kind: "newtype", of: { kind: "literal", value } }, "Literal")),
    ...forms.map((form, index) => formVariant(conversion, form, place.form(index), unknownKeys, variant)),
  ];
  noteOverlap(conversion, forms, exclusive, place);
  return { kind: "enum", tagging: { kind: "untagged" }, variants, unknownKeys };
}

function formVariant(
  conversion: Conversion,
  { node }: Form,
  place: Place,
  unknownKeys: EnumShape["unknownKeys"],
  variant: (shape: Variant["shape"], kind: string) => Variant,
): Variant {
  const made = conversion.make(node, place);
  // Objects are written out where all of them treat unknown keys alike.
  if (
    made.kind === "shape" &&
    made.shape.kind === "struct" &&
    !made.nullable &&
    made.shape.unknownKeys === unknownKeys
  ) {
    return variant(made.shape, "Form");
  }
  const { type, limits } = conversion.nameIfNeeded(made, node, place);
  const kind = type.kind === "ref" ? type.name : pascalCase(type.kind);
  return variant({ kind: "newtype", of: type, ...(limits === undefined ? {} : { limits }) }, kind);
}

/** Says where the order of the forms decides, which clients and the service may see differently. */
function noteOverlap(conversion: Conversion, forms: readonly Form[], exclusive: boolean, place: Place): void {
  const pairs = forms.flatMap((form, index) => forms.slice(index + 1).map((other) => [form.view, other.view] as const));
  const overlapping = pairs.filter(([left, right]) => !areApart(conversion, left, right));
  if (overlapping.some(([left, right]) => left["type"] === "object" && right["type"] === "object")) {
    conversion.findings.note(
      place,
      "a value may fit several of its forms: the first one is taken, and keys that it does not have are dropped. " +
        "A key with another literal in each form tells them apart",
    );
  } else if (exclusive && overlapping.length > 0) {
    conversion.findings.note(place, "a value that fits several of its forms, only the service refuses");
  }
}

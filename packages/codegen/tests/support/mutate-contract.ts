import type { Document, Endpoint, Limits, Shape, Tagging, TypeRef, Variant } from "@stator/contract";

import type { Random } from "./random.ts";
import { randomType } from "./random-contract.ts";

/** Types within it stay as they are: they are put in place of each other. */
type Mutable<T> = T extends object ? { -readonly [Key in keyof T]: MutableMember<Key, T[Key]> } : T;
type MutableMember<Key, Value> = Key extends "type" | "of" | "input" | "output" | "error" | "default"
  ? Value
  : Key extends "items"
    ? TypeRef[]
    : Mutable<Value>;
type Draft = Mutable<Pick<Document, "types" | "services">>;
type DraftShape = Mutable<Shape>;
type DraftField = Mutable<Extract<Shape, { kind: "struct" }>["fields"][number]>;
/** Somewhere a type is written, to be put in its place. */
type Slot = { readonly type: TypeRef; readonly put: (type: TypeRef) => void };

/** The document with some changes, of the kind that releases of a service have, and of worse kinds. Still well-formed. */
export function mutateContract(document: Document, random: Random): Document {
  const copy = structuredClone(document);
  const draft = copy as unknown as Draft;
  for (let times = 1 + random.below(3); times > 0; times--) mutate(draft, random);
  return copy;
}

function mutate(draft: Draft, random: Random): void {
  if (random.chance(0.1) || draft.types.length === 0) return mutateEndpoint(draft, random);
  if (random.chance(0.35)) return mutateType(draft, random);
  const definition = random.pick(draft.types);
  if (random.chance(0.03)) definition.shape = contentShape(draft, random);
  else if (definition.shape.kind === "enum") mutateEnum(draft, definition.shape, random);
  else mutateContent(draft, definition.shape, random);
}

function mutateEndpoint(draft: Draft, random: Random): void {
  const endpoint = draft.services[0]?.endpoints[0] as Mutable<Endpoint>;
  const type = (): TypeRef => randomType(random, draft.types);
  random.pick([
    () => (endpoint.kind = random.pick(["unary", "server-stream", "client-stream", "duplex"])),
    () => (endpoint.idempotent = !endpoint.idempotent),
    () => (endpoint.timeoutMs = random.below(1_000)),
    () => (endpoint.input = type()),
    () => (endpoint.output = type()),
    () => (endpoint.error = type()),
    () => delete endpoint.error,
  ])();
}

/** Changes one of the types that are written somewhere in the document. */
function mutateType(draft: Draft, random: Random): void {
  const slots = draft.types.flatMap(({ shape }) => slotsOf(shape));
  if (slots.length === 0) return;
  const { type, put } = random.pick(slots);
  if (type.kind === "int" && random.chance(0.6)) put(otherInteger(type, random));
  else if (type.kind === "float" && random.chance(0.6)) put({ kind: "float", bits: type.bits === 32 ? 64 : 32 });
  else if (type.kind === "option" && random.chance(0.5)) put(type.of);
  else if (random.chance(0.4)) put({ kind: random.pick(["option", "list", "set"] as const), of: type });
  else put(randomType(random, draft.types));
}

function otherInteger({ signed }: TypeRef & { kind: "int" }, random: Random): TypeRef {
  const bits = random.pick([8, 16, 32, 64, 128]);
  const type = { kind: "int", bits, signed: random.chance(0.5) ? signed : !signed } as const;
  return bits < 64 ? type : { ...type, policy: random.pick(["bigint", "number", "string"] as const) };
}

function mutateEnum(draft: Draft, shape: DraftShape & { kind: "enum" }, random: Random): void {
  const variant = shape.variants.length === 0 ? null : random.pick(shape.variants);
  const index = random.below(shape.variants.length);
  random.pick([
    () => shape.variants.splice(index, 1),
    () => shape.variants.splice(index, 0, newVariant(draft, random)),
    () => (shape.tagging = tagging(random)),
    () => (shape.unknownKeys = random.pick(["strip", "refuse"])),
    () => variant !== null && (variant.name = random.pick(["Renamed", "renamed ü", '"', "x".repeat(199) + "😀"])),
    () => variant !== null && (variant.aliases = [random.pick(["Renamed", "Old", ...names(shape.variants)])]),
    () => variant !== null && (variant.other = variant.other !== true),
    () => variant !== null && (variant.shape = contentShape(draft, random)),
    () => variant !== null && mutateContent(draft, variant.shape, random),
    () => (shape.variants = shape.variants.toReversed()),
  ])();
}

function mutateContent(draft: Draft, shape: DraftShape, random: Random): void {
  if (shape.kind === "struct") return mutateStruct(draft, shape, random);
  if (shape.kind === "newtype") {
    if (random.chance(0.5)) shape.limits = limits(random);
    else shape.of = randomType(random, draft.types);
  }
  if (shape.kind !== "tuple") return;
  if (random.chance(0.5)) shape.items.push(randomType(random, draft.types));
  else shape.items.splice(random.below(shape.items.length), 1);
}

function mutateStruct(draft: Draft, shape: DraftShape & { kind: "struct" }, random: Random): void {
  const field = shape.fields.length === 0 ? null : random.pick(shape.fields);
  const index = random.below(shape.fields.length);
  random.pick([
    () => shape.fields.splice(index, 1),
    () => shape.fields.splice(index, 0, newField(draft, random)),
    () => (shape.unknownKeys = shape.unknownKeys === "strip" ? "refuse" : "strip"),
    () => field !== null && (field.name = random.pick(["renamed", "a.b", "ä", "", "n".repeat(300)])),
    () => field !== null && (field.limits = limits(random)),
    () => field !== null && (field.default === undefined ? (field.default = null) : delete field.default),
    () => field !== null && (field.mayBeAbsent = field.mayBeAbsent !== true),
    () => field !== null && (field.optional = field.optional !== true),
    () => field !== null && (field.flatten = field.flatten !== true),
    () => field !== null && (field.type = randomType(random, draft.types)),
    () => (shape.fields = shape.fields.toReversed()),
  ])();
}

function newField(draft: Draft, random: Random): DraftField {
  return {
    name: random.pick(["extra", "another", "a", "value"]),
    type: randomType(random, draft.types),
    ...(random.chance(0.4) ? { limits: limits(random) } : {}),
    ...(random.chance(0.4) ? { default: random.pick([0, null, "", []]) } : {}),
    ...(random.chance(0.2) ? { mayBeAbsent: true } : {}),
    ...(random.chance(0.2) ? { optional: true } : {}),
    ...(random.chance(0.2) ? { flatten: true } : {}),
  };
}

function newVariant(draft: Draft, random: Random): Mutable<Variant> {
  return { name: random.pick(["Extra", "Other", "a"]), shape: contentShape(draft, random) };
}

function contentShape(draft: Draft, random: Random): Mutable<Variant>["shape"] {
  const type = (): TypeRef => randomType(random, draft.types);
  const kind = random.pick(["struct", "tuple", "newtype", "unit"] as const);
  if (kind === "unit") return { kind };
  if (kind === "tuple") return { kind, items: [type(), type()] };
  if (kind === "newtype") return { kind, of: type(), ...(random.chance(0.3) ? { limits: limits(random) } : {}) };
  return { kind, fields: [newField(draft, random)], unknownKeys: random.pick(["strip", "refuse"] as const) };
}

function tagging(random: Random): Mutable<Tagging> {
  return random.pick<Mutable<Tagging>>([
    { kind: "external" },
    { kind: "internal", tag: random.pick(["type", "kind"]) },
    { kind: "adjacent", tag: "t", content: random.pick(["c", "content"]) },
    { kind: "untagged" },
  ]);
}

function limits(random: Random): Mutable<Limits> {
  const length = (): number => random.below(300);
  const value = (): number | bigint =>
    random.pick<number | bigint>([
      0,
      -1,
      1,
      1.5,
      -0.001,
      1e-7,
      100,
      2 ** 31,
      2 ** 53 - 1,
      1e21,
      2n ** 64n,
      -(2n ** 100n),
    ]);
  return {
    ...(random.chance(0.3) ? { minLength: length() } : {}),
    ...(random.chance(0.4) ? { maxLength: length() } : {}),
    ...(random.chance(0.3) ? { min: value() } : {}),
    ...(random.chance(0.3) ? { max: value() } : {}),
    ...(random.chance(0.1) ? { minChars: length() } : {}),
    ...(random.chance(0.1) ? { maxChars: length() } : {}),
  };
}

function names(variants: readonly { readonly name: string }[]): string[] {
  return variants.map(({ name }) => name);
}

function slotsOf(shape: DraftShape): Slot[] {
  switch (shape.kind) {
    case "struct":
      return shape.fields.flatMap((field) => within({ type: field.type, put: (type) => (field.type = type) }));
    case "tuple":
      return shape.items.flatMap((type, index) => within({ type, put: (other) => (shape.items[index] = other) }));
    case "newtype":
      return within({ type: shape.of, put: (type) => (shape.of = type) });
    case "unit":
      return [];
    case "enum":
      return shape.variants.flatMap((variant) => slotsOf(variant.shape));
  }
}

/** A place and the places inside of its type. */
function within({ type, put }: Slot): Slot[] {
  const inside = (of: TypeRef, around: (of: TypeRef) => TypeRef): Slot[] =>
    within({ type: of, put: (other) => put(around(other)) });
  switch (type.kind) {
    case "option":
    case "list":
    case "set":
    case "array":
      return [{ type, put }, ...inside(type.of, (of) => ({ ...type, of }))];
    case "tuple":
      return [
        { type, put },
        ...type.items.flatMap((item, index) => inside(item, (of) => ({ ...type, items: type.items.with(index, of) }))),
      ];
    case "map":
      return [{ type, put }, ...inside(type.value, (value) => ({ ...type, value }))];
    default:
      return [{ type, put }];
  }
}

/*
 * The twin in Rust of what is in this folder, for programs without JavaScript, is `crates/stator-judge`: the same steps and
 * the same sentences. Whoever changes one changes the other; `packages/codegen/tests/judge-agreement.test.ts` holds them
 * together.
 */
import type { ContentShape, EnumShape, Limits, StructShape, TypeRef, Variant } from "../document.ts";
import type { Model } from "../model/model.ts";
import { isTextEnum } from "../model/is-unchanged.ts";
import { resolveFields } from "../model/resolve-fields.ts";
import { limitMisfits } from "./limits-fit.ts";
import { takesLiteral } from "./literals-fit.ts";
import type { Misfit } from "./misfit.ts";
import { numberMisfit } from "./numbers-fit.ts";
import { describeType } from "./describe-type.ts";
import { Effort } from "./effort.ts";

/**
 * Everything that a writer with one document may send as `writerType`, and a reader with the other does not take.
 *
 * Throws a ContractError when `effort` is used up.
 */
export function findMisfits(
  writer: Model,
  writerType: TypeRef,
  reader: Model,
  readerType: TypeRef,
  effort = new Effort(),
): Misfit[] {
  const found = new Misfits(writer, reader, effort);
  found.types(writerType, readerType, "");
  return found.list;
}

/** A type with its newtypes opened, or the struct, tuple or enum behind a name. */
type Opened = { readonly kind: "shape"; readonly name: string; readonly shape: StructShape | EnumShape } | TypeRef;

type WithLimits = { readonly type: Opened; readonly limits: Limits };

class Misfits {
  readonly list: Misfit[] = [];
  /** The same as text: each is said once. */
  readonly #found = new Set<string>();
  readonly #writer: Model;
  readonly #reader: Model;
  readonly #effort: Effort;
  /** Pairs of types that are compared already, or being compared: recursive types end here. */
  readonly #seen: Set<string>;

  constructor(writer: Model, reader: Model, effort: Effort, seen: ReadonlySet<string> = new Set()) {
    effort.spend(1 + seen.size);
    this.#effort = effort;
    this.#seen = new Set(seen);
    this.#writer = writer;
    this.#reader = reader;
  }

  types(writerType: TypeRef, readerType: TypeRef, path: string, writerLimits?: Limits, readerLimits?: Limits): void {
    this.#effort.enter();
    this.#types(writerType, readerType, path, writerLimits, readerLimits);
    this.#effort.leave();
  }

  #types(writerType: TypeRef, readerType: TypeRef, path: string, writerLimits?: Limits, readerLimits?: Limits): void {
    const written = open(this.#writer, writerType, this.#effort, writerLimits);
    const read = open(this.#reader, readerType, this.#effort, readerLimits);
    if (this.#loose(written, read, path)) return;
    if (written.type.kind === "literal") return this.#literal(written.type, read, path);
    this.#opened(written.type, read.type, path);
    const type = written.type.kind === "shape" ? writerType : written.type;
    for (const reason of limitMisfits(type, written.limits, read.limits)) this.#add(path, reason);
  }

  /** A type with forms but no tags, and one without: each form that may be written has to fit one that is read. */
  #loose(written: WithLimits, read: WithLimits, path: string): boolean {
    const [from, to] = [untaggedEnum(written.type), untaggedEnum(read.type)];
    if ((from === null) === (to === null)) return false;
    if (read.type.kind === "json" || read.type.kind === "option" || written.type.kind === "option") return false;
    const pair = `${JSON.stringify(asRef(written.type))} ${JSON.stringify(asRef(read.type))}`;
    if (this.#seen.has(pair)) return true;
    this.#seen.add(pair);
    if (from !== null) {
      const only = formOf(read);
      const unknownKeys = only.shape.kind === "struct" ? only.shape.unknownKeys : from.unknownKeys;
      for (const variant of from.variants) this.#variants(variant, only, path, unknownKeys);
    } else if (to !== null) {
      const fits = to.variants.some((variant) => this.#fits(formOf(written), variant, to.unknownKeys));
      if (!fits) this.#add(path, `${describeType(written.type)} is written, and fits none of the forms that are read`);
    }
    return true;
  }

  #literal(written: TypeRef & { kind: "literal" }, read: WithLimits, path: string): void {
    if (read.type.kind === "json") return;
    if (read.type.kind === "option") return this.types(written, read.type.of, path, undefined, read.limits);
    if (!takesLiteral(read.type, read.limits, written)) {
      this.#add(path, `${describeType(written)} is written, ${describeType(read.type)} is read`);
    }
  }

  #opened(written: Opened, read: Opened, path: string): void {
    if (read.kind === "json") return;
    if (read.kind === "option") {
      if (written.kind === "unit") return;
      return this.types(written.kind === "option" ? written.of : asRef(written), read.of, path);
    }
    if (written.kind === "option") {
      if (read.kind !== "unit") this.#add(path, "null may be written, and is not read");
      return this.types(written.of, asRef(read), path);
    }
    if (written.kind === "shape" && read.kind === "shape") return this.#named(written, read, path);
    if (isNumber(written) && isNumber(read)) {
      const reason = numberMisfit(written, read);
      if (reason !== null) this.#add(path, reason);
      return;
    }
    if (isList(written) && isList(read)) return this.types(written.of, read.of, `${path}[]`);
    if (written.kind === "array" && read.kind === "array" && written.length === read.length) {
      return this.types(written.of, read.of, `${path}[]`);
    }
    if (written.kind === "tuple" && read.kind === "tuple" && written.items.length === read.items.length) {
      written.items.forEach((item, index) => this.types(item, read.items[index] as TypeRef, `${path}[${index}]`));
      return;
    }
    if (written.kind === "map" && read.kind === "map") {
      this.types(written.key, read.key, `${path}[key]`);
      return this.types(written.value, read.value, `${path}[value]`);
    }
    if (!isSameText(written, read)) {
      this.#add(path, `${describeType(written)} is written, ${describeType(read)} is read`);
    }
  }

  #named(written: Opened & { kind: "shape" }, read: Opened & { kind: "shape" }, path: string): void {
    const pair = `${written.name} ${read.name}`;
    if (this.#seen.has(pair)) return;
    this.#seen.add(pair);
    if (written.shape.kind === "struct" && read.shape.kind === "struct") {
      return this.#structs(written.shape, read.shape, path);
    }
    if (written.shape.kind === "enum" && read.shape.kind === "enum")
      return this.#enums(written.shape, read.shape, path);
    this.#add(path, `${describeType(written)} is written, ${describeType(read)} is read`);
  }

  #structs(written: StructShape, read: StructShape, path: string): void {
    const from = resolveFields(this.#writer, written);
    const to = resolveFields(this.#reader, read);
    this.#effort.spend(from.fields.length + to.fields.length);
    const sent = new Map(from.fields.map((field) => [field.name, field]));
    const taken = new Set(to.fields.map((field) => field.name));
    for (const field of to.fields) {
      const place = join(path, field.name);
      const other = sent.get(field.name);
      const mayMiss = field.default !== undefined || field.optional === true;
      if (other === undefined) {
        if (!mayMiss) this.#add(place, "the reader needs this key, and the writer never sends it");
        continue;
      }
      if ((other.mayBeAbsent === true || other.optional === true) && !mayMiss) {
        this.#add(place, "the reader needs this key, and the writer may leave it out");
      }
      this.types(other.type, field.type, place, other.limits, field.limits);
    }
    for (const field of from.fields) {
      if (taken.has(field.name)) continue;
      const place = join(path, field.name);
      if (to.rest !== null) this.types(field.type, to.rest, place);
      else if (read.unknownKeys === "refuse") this.#add(place, "the reader refuses this key");
    }
    if (from.rest === null) return;
    if (to.rest !== null) this.types(from.rest, to.rest, `${path}[value]`);
    else if (read.unknownKeys === "refuse")
      this.#add(path, "any key may be written, and the reader refuses other keys");
  }

  #enums(written: EnumShape, read: EnumShape, path: string): void {
    if (written.tagging.kind === "untagged" && read.tagging.kind === "untagged") {
      return this.#untagged(written, read, path);
    }
    if (JSON.stringify(written.tagging) !== JSON.stringify(read.tagging)) {
      this.#add(path, "the variants are told apart in another way");
      return;
    }
    const other = read.variants.some((variant) => variant.other === true);
    for (const variant of written.variants) {
      this.#effort.spend(read.variants.length);
      const match = read.variants.find(
        (candidate) => candidate.name === variant.name || candidate.aliases?.includes(variant.name) === true,
      );
      if (match !== undefined) this.#variants(variant, match, path, read.unknownKeys);
      // External tagging takes only text for `other`; the other two take any tag.
      else if (!other || (read.tagging.kind === "external" && variant.shape.kind !== "unit")) {
        this.#add(path, `the variant ${JSON.stringify(variant.name)} may be written, and is not known to the reader`);
      }
    }
  }

  #untagged(written: EnumShape, read: EnumShape, path: string): void {
    for (const variant of written.variants) {
      const fits = read.variants.some((candidate) => this.#fits(variant, candidate, read.unknownKeys));
      if (!fits) this.#add(path, `the form ${variant.name} may be written, and fits none that the reader knows`);
    }
  }

  #fits(written: Variant, read: Variant, unknownKeys: EnumShape["unknownKeys"]): boolean {
    const attempt = new Misfits(this.#writer, this.#reader, this.#effort, this.#seen);
    attempt.#variants(written, read, "", unknownKeys);
    return attempt.list.length === 0;
  }

  #variants(written: Variant, read: Variant, path: string, unknownKeys: EnumShape["unknownKeys"]): void {
    const place = join(path, written.name);
    if (written.shape.kind !== "newtype" || read.shape.kind !== "newtype") {
      const from = structIn(this.#writer, written.shape, unknownKeys);
      const to = structIn(this.#reader, read.shape, unknownKeys);
      if (from !== null && to !== null) return this.#structs(from, to, place);
    }
    this.types(
      contentType(written.shape),
      contentType(read.shape),
      place,
      limitsOf(written.shape),
      limitsOf(read.shape),
    );
  }

  #add(path: string, reason: string): void {
    // What is said takes memory.
    this.#effort.spend(Math.floor(path.length / 16));
    const misfit = JSON.stringify([path, reason]);
    if (this.#found.has(misfit)) return;
    this.#found.add(misfit);
    this.list.push({ path, reason });
  }
}

function open(model: Model, type: TypeRef, effort: Effort, limits: Limits = {}): WithLimits {
  // A newtype of itself would be opened for ever: the call below takes no stack.
  effort.spend(1);
  if (type.kind !== "ref") return { type, limits };
  const { shape } = model.type(type.name);
  switch (shape.kind) {
    case "newtype":
      return open(model, shape.of, effort, { ...shape.limits, ...limits });
    case "tuple":
      return { type: { kind: "tuple", items: shape.items }, limits };
    case "unit":
      return { type: { kind: "unit" }, limits };
    case "struct":
    case "enum":
      return { type: { kind: "shape", name: type.name, shape }, limits };
  }
}

function untaggedEnum(type: Opened): EnumShape | null {
  return type.kind === "shape" && type.shape.kind === "enum" && type.shape.tagging.kind === "untagged"
    ? type.shape
    : null;
}

/** A type as a form of an enum without tags, to compare it with others. */
function formOf({ type, limits }: WithLimits): Variant {
  const shape: ContentShape =
    type.kind === "shape" && type.shape.kind === "struct" ? type.shape : { kind: "newtype", of: asRef(type), limits };
  return { name: "", shape };
}

function asRef(type: Opened): TypeRef {
  return type.kind === "shape" ? { kind: "ref", name: type.name } : type;
}

/** The struct that a variant holds, on its own or as the one type inside of it. */
function structIn(model: Model, shape: ContentShape, unknownKeys: EnumShape["unknownKeys"]): StructShape | null {
  if (shape.kind === "struct") return { ...shape, unknownKeys };
  const inner = shape.kind === "newtype" ? model.shape(shape.of) : null;
  return inner?.kind === "struct" ? inner : null;
}

/** What a variant holds as a type. Structs are compared before; here they only meet what is none. */
function contentType(shape: ContentShape): TypeRef {
  switch (shape.kind) {
    case "unit":
      return { kind: "unit" };
    case "newtype":
      return shape.of;
    case "tuple":
      return { kind: "tuple", items: shape.items };
    case "struct":
      return { kind: "map", key: { kind: "string" }, value: { kind: "json" } };
  }
}

function limitsOf(shape: ContentShape): Limits | undefined {
  return shape.kind === "newtype" ? shape.limits : undefined;
}

function isNumber(type: Opened): type is TypeRef & { kind: "int" | "float" } {
  return type.kind === "int" || type.kind === "float";
}

function isList(type: Opened): type is TypeRef & { kind: "list" | "set" | "array" } {
  return type.kind === "list" || type.kind === "set";
}

/** Types of one form, or text of any form that is read as just text. */
function isSameText(written: Opened, read: Opened): boolean {
  if (read.kind === "text") return written.kind === "text" && written.format === read.format;
  if (read.kind !== "string") return written.kind === read.kind && !["shape", "array", "tuple"].includes(read.kind);
  if (written.kind === "int") return written.policy === "string";
  if (written.kind === "shape") return written.shape.kind === "enum" && isTextEnum(written.shape);
  return ["string", "char", "text", "bytes"].includes(written.kind);
}

/** Names longer than this are cut: a document from elsewhere may have any. */
const MOST_NAME = 200;

function join(path: string, key: string): string {
  if (key === "") return path;
  const name = key.length > MOST_NAME ? `${key.slice(0, MOST_NAME).toWellFormed()}…` : key;
  return path === "" ? name : `${path}.${name}`;
}

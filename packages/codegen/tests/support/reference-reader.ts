import {
  type ContentShape,
  type Document,
  type EnumShape,
  type Field,
  integerRange,
  type Limits,
  mayLackContent,
  Model,
  resolveFields,
  type Shape,
  type StructShape,
  type TypeRef,
  type Variant,
} from "@stator/contract";
import { hasLength, readBytes } from "../fixtures/generated/support/bytes.ts";
import {
  INVALID,
  type Invalid,
  inside,
  type Issue,
  mismatch,
  takeIssue,
} from "../fixtures/generated/support/failure.ts";
import { readJson } from "../fixtures/generated/support/json.ts";
import { hasBytes, hasEntries, hasItems, isWithin, isWithin32 } from "../fixtures/generated/support/limits.ts";
import {
  emptyMap,
  hasOnly,
  isObject,
  isPlainObject,
  MAX_DEPTH,
  own,
  tooDeep,
} from "../fixtures/generated/support/objects.ts";
import * as scalars from "../fixtures/generated/support/scalars.ts";
import * as texts from "../fixtures/generated/support/text-formats.ts";

/** A value in its one form, and whether it had that form already. */
type Read = { readonly value: unknown; readonly same: boolean };

type List = Extract<TypeRef, { of: TypeRef } | { items: unknown }>;

/**
 * Reads values by walking along the document. It says in the plainest way what generated readers and guards have to do;
 * each key is read once, in the order of the fields.
 */
export class ReferenceReader {
  readonly #model: Model;
  /** Whether all forms of an untagged enum are tried, and not only up to the first that fits. */
  #allForms = false;

  constructor(document: Document) {
    this.#model = new Model(document);
  }

  /** The value, or why it does not fit. */
  read(name: string, value: unknown): { readonly value: unknown } | Issue {
    this.#allForms = false;
    const read = this.#type({ kind: "ref", name }, value, 0);
    return read === INVALID ? takeIssue() : { value: read.value };
  }

  /** Whether the value has the type as it stands. */
  is(name: string, value: unknown): boolean {
    this.#allForms = true;
    const read = this.#type({ kind: "ref", name }, value, 0);
    return read !== INVALID && read.same;
  }

  #type(type: TypeRef, value: unknown, depth: number): Read | Invalid {
    switch (type.kind) {
      case "option":
        return value === null ? { value, same: true } : this.#type(type.of, value, depth);
      case "ref": {
        const { shape } = this.#model.type(type.name);
        return this.#shape(shape, value, depth, this.#model.isDeep(type.name));
      }
      case "list":
      case "set":
      case "array":
      case "tuple":
        return this.#list(type, value, depth);
      case "map":
        return this.#map(type, value, depth);
      case "json":
        return unchanged(readJson(value, depth), value);
      default:
        return unchanged(readScalar(type, value), value);
    }
  }

  #shape(shape: Shape, value: unknown, depth: number, deep: boolean): Read | Invalid {
    if (shape.kind !== "enum") return this.#content(shape, value, depth, deep);
    switch (shape.tagging.kind) {
      case "external":
        return this.#external(shape, value, depth, deep);
      case "internal":
      case "adjacent":
        return this.#tagged(shape, shape.tagging, value, depth, deep);
      case "untagged":
        return this.#untagged(shape, value, depth, deep);
    }
  }

  #content(shape: ContentShape, value: unknown, depth: number, deep: boolean): Read | Invalid {
    switch (shape.kind) {
      case "unit":
        return unchanged(scalars.readUnit(value), value);
      case "newtype":
        return this.#limited(shape.of, shape.limits, value, depth);
      case "tuple":
        return this.#type({ kind: "tuple", items: shape.items }, value, depth);
      case "struct":
        if (!isObject(value)) return mismatch("an object", value);
        return deep && depth >= MAX_DEPTH ? tooDeep() : this.#struct(shape, value, depth, null);
    }
  }

  #struct(shape: StructShape, value: object, depth: number, tag: [string, string] | null): Read | Invalid {
    const { fields, rest } = resolveFields(this.#model, shape);
    const result: Record<string, unknown> = {};
    const known = new Set<string>(fields.map((field) => field.name));
    let same = true;
    if (tag !== null) {
      define(result, ...tag);
      known.add(tag[0]);
    }
    for (const field of fields) {
      const read = this.#field(field, value, depth);
      if (read === INVALID) return inside(field.name);
      define(result, field.name, read.value);
      same &&= read.same;
    }
    if (rest !== null) {
      for (const key of Object.keys(value)) {
        if (known.has(key)) continue;
        if (!key.isWellFormed()) return mismatch("a key without lone surrogates", key);
        const read = this.#type(rest, get(value, key), depth + 1);
        if (read === INVALID) return inside(key);
        define(result, key, read.value);
        same &&= read.same;
      }
    } else if (shape.unknownKeys === "refuse" && !hasOnly(value, orderOf(tag, fields))) {
      return INVALID;
    }
    return { value: result, same };
  }

  #field(field: Field, value: object, depth: number): Read | Invalid {
    const given = get(value, field.name);
    const isMissing = field.default !== undefined && given === undefined;
    const read = this.#limited(field.type, field.limits, isMissing ? clone(field.default) : given, depth + 1);
    return read === INVALID || !isMissing ? read : { value: read.value, same: false };
  }

  #limited(type: TypeRef, limits: Limits | undefined, value: unknown, depth: number): Read | Invalid {
    const read = this.#type(type, value, depth);
    if (read === INVALID || limits === undefined || read.value === null) return read;
    return keeps(type.kind === "option" ? type.of : type, limits, read.value) ? read : INVALID;
  }

  #list(type: List, value: unknown, depth: number): Read | Invalid {
    const length = type.kind === "array" ? type.length : type.kind === "tuple" ? type.items.length : null;
    if (!Array.isArray(value) || (length !== null && value.length !== length)) {
      return mismatch(length === null ? "a list" : `a list of ${length}`, value);
    }
    if (this.#isDeep(type) && depth >= MAX_DEPTH) return tooDeep();
    const items: unknown[] = [];
    let same = true;
    for (let index = 0; index < value.length; index++) {
      const of = type.kind === "tuple" ? type.items[index] : type.of;
      const read = of === undefined ? INVALID : this.#type(of, value[index], depth + 1);
      if (read === INVALID) return inside(index);
      items.push(read.value);
      same &&= read.same;
    }
    return { value: items, same };
  }

  #map(type: TypeRef & { kind: "map" }, value: unknown, depth: number): Read | Invalid {
    if (!isPlainObject(value)) return mismatch("a plain object", value);
    if (this.#isDeep(type) && depth >= MAX_DEPTH) return tooDeep();
    const map = emptyMap<unknown>();
    let same = true;
    for (const key of Object.keys(value)) {
      if (type.key.kind === "ref" || type.key.kind === "text") {
        if (this.#type(type.key, key, 0) === INVALID) return inside(key);
      } else if (!key.isWellFormed()) {
        return mismatch("a key without lone surrogates", key);
      }
      const read = this.#type(type.value, value[key], depth + 1);
      if (read === INVALID) return inside(key);
      map[key] = read.value;
      same &&= read.same;
    }
    return { value: map, same };
  }

  #external(shape: EnumShape, value: unknown, depth: number, deep: boolean): Read | Invalid {
    const bare = shape.variants.filter((variant) => variant.shape.kind === "unit");
    const full = shape.variants.filter((variant) => variant.shape.kind !== "unit");
    const named = bare.find(({ name, aliases }) => name === value || aliases?.includes(value as string) === true);
    const found = named ?? (typeof value === "string" ? bare.find((variant) => variant.other === true) : undefined);
    if (found !== undefined) return { value: found.name, same: found.name === value };
    const expected = `one of ${shape.variants.map(describeForm).join(", ")}`;
    if (full.length === 0 || !isObject(value)) return mismatch(expected, value);
    if (deep && depth >= MAX_DEPTH) return tooDeep();
    const keys = Object.keys(value);
    const variant = keys.length === 1 ? full.find(({ name }) => name === keys[0]) : undefined;
    if (variant === undefined) return mismatch(expected, value);
    const read = this.#content(variant.shape, get(value, variant.name), depth + 1, deep);
    if (read === INVALID) return inside(variant.name);
    return { value: define({}, variant.name, read.value), same: read.same };
  }

  #tagged(
    shape: EnumShape,
    tagging: { readonly tag: string; readonly content?: string },
    value: unknown,
    depth: number,
    deep: boolean,
  ): Read | Invalid {
    const { tag, content } = tagging;
    if (!isObject(value)) return mismatch("an object", value);
    if (deep && depth >= MAX_DEPTH) return tooDeep();
    if (content !== undefined && shape.unknownKeys === "refuse" && !hasOnly(value, new Set([tag, content]))) {
      return INVALID;
    }
    const found = get(value, tag);
    const named = shape.variants.find(({ name }) => name === found);
    const other = typeof found === "string" ? shape.variants.find((variant) => variant.other === true) : undefined;
    const variant = named ?? other;
    if (variant === undefined) {
      const names = shape.variants.map(({ name }) => JSON.stringify(name)).join(", ");
      return inside(tag, mismatch(`one of ${names}`, found));
    }
    const isNamed = variant.name === found;
    const read =
      content === undefined
        ? this.#inObject(variant, shape, value, depth, tag)
        : this.#underKey(variant, value, depth, deep, tag, content);
    return read === INVALID ? read : { value: read.value, same: read.same && isNamed };
  }

  #inObject(variant: Variant, shape: EnumShape, value: object, depth: number, tag: string): Read | Invalid {
    const { shape: content, name } = variant;
    if (content.kind === "unit") return { value: define({}, tag, name), same: true };
    const inner = content.kind === "newtype" ? this.#model.shape(content.of) : content;
    const struct: StructShape =
      inner?.kind === "struct" ? inner : { kind: "struct", fields: [], unknownKeys: shape.unknownKeys };
    return this.#struct(struct, value, depth, [tag, name]);
  }

  #underKey(
    { shape, name }: Variant,
    value: object,
    depth: number,
    deep: boolean,
    tag: string,
    key: string,
  ): Read | Invalid {
    const given = get(value, key);
    const isMissing = given === undefined && (shape.kind === "unit" || mayLackContent(shape));
    const read = this.#content(shape, isMissing ? null : given, depth + 1, deep);
    if (read === INVALID) return inside(key);
    const result = define({}, tag, name);
    if (shape.kind === "unit") return { value: result, same: true };
    return { value: define(result, key, read.value), same: read.same && !isMissing };
  }

  #untagged(shape: EnumShape, value: unknown, depth: number, deep: boolean): Read | Invalid {
    let first: Read | null = null;
    for (const variant of shape.variants) {
      const read = this.#content(variant.shape, value, depth, deep);
      if (read === INVALID) continue;
      if (!this.#allForms || read.same) return read;
      first ??= read;
    }
    const forms = shape.variants.map(({ name }) => name).join(", ");
    return first ?? mismatch(`one of the forms ${forms}`, value);
  }

  #isDeep(type: TypeRef): boolean {
    switch (type.kind) {
      case "json":
        return true;
      case "tuple":
        return type.items.some((item) => this.#isDeep(item));
      case "map":
        return this.#isDeep(type.value);
      case "ref":
        return this.#model.isDeep(type.name);
      default:
        return "of" in type && this.#isDeep(type.of);
    }
  }
}

function unchanged(read: unknown, given: unknown): Read | Invalid {
  return read === INVALID ? INVALID : { value: read, same: read === given };
}

function readScalar(type: TypeRef, value: unknown): unknown {
  switch (type.kind) {
    case "bool":
      return scalars.readBool(value);
    case "string":
      return scalars.readString(value);
    case "char":
      return scalars.readChar(value);
    case "unit":
      return scalars.readUnit(value);
    case "bytes":
      return readBytes(value);
    case "float":
      return type.bits === 32 ? scalars.readF32(value) : scalars.readF64(value);
    case "text":
      switch (type.format) {
        case "uuid":
          return texts.readUuid(value);
        case "url":
          return texts.readUrl(value);
        case "date-time":
          return texts.readDateTime(value);
        case "local-date-time":
          return texts.readLocalDateTime(value);
        case "date":
          return texts.readDate(value);
        case "time":
          return texts.readTime(value);
      }
    case "int":
      return readInteger(type, value);
    default:
      throw new Error(`${type.kind} is no scalar`);
  }
}

function readInteger(type: TypeRef & { kind: "int" }, value: unknown): unknown {
  const name = `${type.signed ? "i" : "u"}${type.bits}`;
  if (type.policy === "number") {
    return type.signed ? scalars.readSafeSigned(value) : scalars.readSafeUnsigned(value);
  }
  const { min, max } = integerRange(type.bits, type.signed);
  if (type.policy === "string") return scalars.readDecimal(value, min, max, name);
  if (type.bits > 32) {
    const readers = { u64: scalars.readU64, i64: scalars.readI64, u128: scalars.readU128, i128: scalars.readI128 };
    return readers[name as keyof typeof readers](value);
  }
  const fits = typeof value === "number" && Number.isInteger(value) && value >= Number(min) && value <= Number(max);
  return fits ? value : mismatch(name, value);
}

function keeps(type: TypeRef, limits: Limits, value: unknown): boolean {
  const { minLength = 0, maxLength = Infinity, min = null, max = null } = limits;
  if (min !== null || max !== null) {
    const number = type.kind === "int" && type.policy === "string" ? BigInt(value as string) : value;
    const bound = (limit: number | bigint | null): number | bigint | null =>
      limit === null ? null : typeof number === "bigint" ? BigInt(limit) : limit;
    const [least, most] = [bound(min), bound(max)];
    const holds =
      type.kind === "float" && type.bits === 32
        ? isWithin32(number as number, least as number | null, most as number | null)
        : isWithin(number as number | bigint, least, most);
    if (!holds) return false;
  }
  if (limits.minLength === undefined && limits.maxLength === undefined) return true;
  if (typeof value === "string") return hasBytes(value, minLength, maxLength);
  if (value instanceof Uint8Array) return hasLength(value, minLength, maxLength);
  return Array.isArray(value)
    ? hasItems(value, minLength, maxLength)
    : hasEntries(value as object, minLength, maxLength);
}

/** What stands under a key: an inherited one counts, unless every object inherits it. */
function get(value: object, key: string): unknown {
  return key in Object.prototype ? own(value, key) : (value as Record<string, unknown>)[key];
}

/** Sets any key, `__proto__` too. */
function define(object: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  return Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** The known keys in the order in which messages name them. */
function orderOf(tag: [string, string] | null, fields: readonly Field[]): Set<string> {
  return new Set([...(tag === null ? [] : [tag[0]]), ...fields.map((field) => field.name)]);
}

function describeForm({ name, shape }: Variant): string {
  return shape.kind === "unit" ? JSON.stringify(name) : `{ ${JSON.stringify(name)}: ... }`;
}

/** A default, which no two values may share. */
function clone(value: unknown): unknown {
  return structuredClone(value);
}

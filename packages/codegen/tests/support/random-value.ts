import {
  type ContentShape,
  type Document,
  type Field,
  integerRange,
  type Limits,
  type Shape,
  type Tagging,
  type TextFormat,
  type TypeRef,
} from "@stator/contract";
import { LimitedValues } from "./limited-values.ts";
import type { Random } from "./random.ts";

/** In every spelling that we take. */
const texts: Record<TextFormat, readonly string[]> = {
  uuid: ["00000000-0000-0000-0000-000000000000", "67e55044-10b1-426f-9247-bb680e5fe0c8"],
  url: ["https://example.com", "HTTP://Ex\u00e4mple.com:80/a b?c#d", "data:,x", "file:///a/../b"],
  "date-time": [
    "2026-01-31T12:00:00Z",
    "0000-02-29T23:59:60.5Z",
    "9999-12-31T00:00:00.000001Z",
    "1970-01-01T00:00:00.000Z",
  ],
  "local-date-time": ["2026-01-31T12:00:00", "2024-02-29T01:02:03.123456789"],
  date: ["2026-01-31", "0001-01-01", "2000-02-29"],
  time: ["00:00:00", "23:59:59.999999999", "12:00:00.120"],
};

/** Within 32 bits; some are exact in them. */
const floats = [0, -0, 1, -1, 0.5, -2.25, 1024, 16777216, 0.1, 0.7, -0.3, 3.4e38, 1e21, 1.5e-7];

/** Makes values of the types of a document, in the form that they have on the wire. */
export class ValueMaker {
  readonly #types: ReadonlyMap<string, Shape>;
  readonly #random: Random;
  readonly #limited: LimitedValues | null;

  /** `withinLimits`: values keep to the limits of their types, of which serde knows nothing. */
  constructor(document: Document, random: Random, withinLimits = false) {
    this.#types = new Map(document.types.map((type) => [type.name, type.shape]));
    this.#random = random;
    this.#limited = withinLimits ? new LimitedValues(random) : null;
  }

  /** A value that fits. `budget` bounds the nesting. */
  type(type: TypeRef, budget: number, limits?: Limits): unknown {
    if (this.#limited === null || limits === undefined) return this.#any(type, budget);
    return this.#limited.value(type, limits, (inner) => this.#any(inner, budget - 1));
  }

  #any(type: TypeRef, budget: number): unknown {
    const random = this.#random;
    const items = (of: TypeRef, most = 3): unknown[] =>
      Array.from({ length: budget > 0 ? random.below(most + 1) : 0 }, () => this.type(of, budget - 1));
    switch (type.kind) {
      case "bool":
        return random.chance(0.5);
      case "string":
        return random.pick(["", "a", "word", "ü", "😀", 'with "quotes"', "__proto__", "a\u0000b"]);
      case "char":
        return random.pick(["a", "ü", "😀", "\n"]);
      case "unit":
        return null;
      case "bytes":
        return random.pick(["", "AA==", "aGk=", "/+8=", "AAEC", "AAECAwQ="]);
      case "text":
        return random.pick(texts[type.format]);
      case "json":
        return this.#json(budget);
      case "int":
        return this.#integer(type);
      case "float":
        return random.pick(type.bits === 32 ? floats : [...floats, 1e300, 0.30000000000000004]);
      case "option":
        return random.chance(0.4) ? null : this.type(type.of, budget);
      case "list":
        return items(type.of);
      case "set":
        return [...new Set(items(type.of))];
      case "array":
        return Array.from({ length: type.length }, () => this.type(type.of, budget - 1));
      case "tuple":
        return type.items.map((item) => this.type(item, budget - 1));
      case "map":
        return Object.fromEntries(items(type.value).map((item) => [String(this.type(type.key, budget)), item]));
      case "literal":
        return type.value;
      case "ref":
        return this.#shape(this.#get(type.name), budget);
    }
  }

  #get(name: string): Shape {
    const shape = this.#types.get(name);
    if (shape === undefined) throw new Error(`no type ${name}`);
    return shape;
  }

  #shape(shape: Shape, budget: number): unknown {
    if (shape.kind !== "enum") return this.#content(shape, budget);
    // The first variants of the fixtures end a recursion.
    const variants = budget > 0 ? shape.variants : shape.variants.slice(0, 1);
    const variant = this.#random.pick(variants);
    return this.#tagged(variant.name, variant.shape, shape.tagging, budget);
  }

  #tagged(name: string, shape: ContentShape, tagging: Tagging, budget: number): unknown {
    const content = this.#content(shape, budget - 1);
    switch (tagging.kind) {
      case "untagged":
        return content;
      case "external":
        return shape.kind === "unit" ? name : { [name]: content };
      case "adjacent":
        return shape.kind === "unit" ? { [tagging.tag]: name } : { [tagging.tag]: name, [tagging.content]: content };
      case "internal":
        return { [tagging.tag]: name, ...(content as object | null) };
    }
  }

  #content(shape: ContentShape, budget: number): unknown {
    switch (shape.kind) {
      case "unit":
        return null;
      case "newtype":
        if (this.#limited !== null) return this.type(shape.of, budget, shape.limits);
        return shape.limits === undefined || this.#random.chance(0.5) ? this.type(shape.of, budget) : "word";
      case "tuple":
        return shape.items.map((item) => this.type(item, budget - 1));
      case "struct": {
        const value = {};
        for (const field of shape.fields) this.#field(value, field, budget);
        return value;
      }
    }
  }

  #field(into: object, field: Field, budget: number): void {
    if ((field.default !== undefined || field.optional === true) && this.#random.chance(0.3)) return;
    const value = this.type(field.type, budget - 1, field.limits);
    if (field.flatten === true) Object.assign(into, value);
    // Assigning __proto__ would set the prototype.
    else Object.defineProperty(into, field.name, { value, enumerable: true, configurable: true, writable: true });
  }

  #integer(type: TypeRef & { kind: "int" }): number | bigint | string {
    const { min, max } = integerRange(type.bits, type.signed);
    const safe = BigInt(Number.MAX_SAFE_INTEGER);
    const top = type.policy === "number" ? safe : max;
    const bottom = type.policy === "number" && type.signed ? -safe : min;
    const value = this.#random.pick([0n, 1n, 7n, bottom, top, top - 1n]);
    if (type.policy === "string") return String(value < -5n ? -5n : value);
    return value >= -safe && value <= safe ? Number(value) : value;
  }

  #json(budget: number): unknown {
    const random = this.#random;
    const kind = random.below(budget > 0 ? 7 : 5);
    if (kind === 5) return Array.from({ length: random.below(3) }, () => this.#json(budget - 1));
    if (kind === 6)
      return Object.fromEntries([
        ["a", this.#json(budget - 1)],
        ["__proto__", this.#json(budget - 1)],
      ]);
    return random.pick([null, true, "text", 1.5, -3, 2n ** 64n - 1n, -(2n ** 63n)]);
  }
}

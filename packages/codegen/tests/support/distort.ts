import type { Random } from "./random.ts";

/** What JavaScript can hold in place of a part of a value, and JSON cannot, or hardly. */
const strangers: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => Infinity,
  () => -0,
  () => "\ud800",
  () => "a\udc00b",
  () => Symbol("s"),
  () => () => 0,
  () => new Date(0),
  () => new Map([["a", 1]]),
  () => Uint8Array.of(1, 2),
  () => Object(1) as unknown,
  () => Object("text") as unknown,
  () => ({ constructor: null }),
  () => 2 ** 53,
  () => 5n,
  () => -1n,
  () => [],
  () => ({}),
];

/** Something that hardly any type has. */
export function stranger(random: Random): unknown {
  return random.pick(strangers)();
}

/** Around the ends of integers. */
const edges = [8, 16, 32].flatMap((bits) => {
  const [top, half] = [2 ** bits, 2 ** (bits - 1)];
  return [top - 1, top, half - 1, half, -half, -half - 1, -1, -0, 0.5];
});

class Sample {
  /** Found on the prototype, like the methods of a class. */
  get size(): number {
    return Object.keys(this).length;
  }
}
class SampleList extends Array<unknown> {}

/**
 * A copy of a value whose objects and lists are of all the kinds that JavaScript has: with inherited keys, accessors,
 * without a prototype, frozen, behind proxies, with gaps. The same random choices give the same value. `wrap` is put
 * around each object.
 */
export function distort(value: unknown, random: Random, wrap: <T extends object>(object: T) => T = same): unknown {
  if (random.chance(0.02)) return stranger(random);
  if (typeof value === "number" && random.chance(0.1)) return random.pick(edges);
  if (typeof value === "number" && Number.isInteger(value) && random.chance(0.05)) return BigInt(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return list(value, random, wrap);
  return wrap(
    object(
      Object.entries(value).map(([key, inner]) => [key, distort(inner, random, wrap)]),
      random,
    ),
  );
}

function same<T>(value: T): T {
  return value;
}

function list(value: readonly unknown[], random: Random, wrap: <T extends object>(object: T) => T): unknown[] {
  const items = value.map((item) => distort(item, random, wrap));
  switch (random.below(12)) {
    case 0:
      return Object.freeze(items) as unknown[];
    case 1:
      return SampleList.from(items);
    case 2:
      return new Proxy(items, {});
    case 3:
      Reflect.deleteProperty(items, random.below(items.length + 1));
      return items;
    case 4:
      return Object.assign(items, { more: 1 });
    default:
      return items;
  }
}

function object(entries: readonly (readonly [string, unknown])[], random: Random): object {
  const kind = random.below(14);
  const target: object =
    kind === 0
      ? (Object.create(null) as object)
      : kind === 1
        ? new Sample()
        : kind === 2
          ? Object.create({ a: 1 })
          : {};
  for (const [key, value] of entries) {
    const share = random.next();
    const proto = Object.getPrototypeOf(target) as object | null;
    if (kind === 2 && share < 0.5 && proto !== null) set(proto, key, { value, enumerable: true });
    else if (kind === 3 && share < 0.5) set(target, key, { get: () => value, enumerable: true });
    else if (kind === 4 && share < 0.2) set(target, key, { value, enumerable: false });
    else set(target, key, { value, enumerable: true, writable: true });
  }
  if (kind === 5) {
    const key = random.pick(["extra", "__proto__", "constructor", "toString", "type", "a", "lone\ud800"]);
    if (!Object.hasOwn(target, key)) set(target, key, { value: stranger(random), enumerable: true });
  }
  if (kind === 6) set(target, Symbol("s"), { value: 1, enumerable: true });
  if (kind === 7) return Object.freeze(target);
  return kind === 8 ? new Proxy(target, {}) : target;
}

function set(target: object, key: string | symbol, property: PropertyDescriptor): void {
  Object.defineProperty(target, key, { configurable: true, ...property });
}

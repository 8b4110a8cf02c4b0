import { describe, expect, test } from "bun:test";

import type { JsonValue } from "../src/index.ts";
import { failure, thrown } from "./support/failure.ts";
import { collect, Pair, PLANES } from "./support/pair.ts";

type Anything = JsonValue | Uint8Array;

function echo(plane: "memory" | "tcp"): Promise<Pair<Anything, Anything>> {
  return Pair.of<Anything, Anything>(plane, (request) => Promise.resolve(request));
}

describe.each(PLANES)("values, over %s", (plane) => {
  test("every kind of JSON value comes back as it was", async () => {
    await using pair = await echo(plane);
    const values: JsonValue[] = [
      null,
      true,
      false,
      0,
      -1,
      1.5,
      1e-300,
      1.7976931348623157e308,
      0.1234567890123456,
      -0.30000000000000004,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      "",
      "text",
      [],
      [[], [[]]],
      {},
      { a: { b: [{ c: null }] } },
      { "1234567890123456789": "12345678901234567890", t: "a 1234567890123456789 b" },
    ];
    for (const value of values) expect(await pair.client.generate(value).one()).toEqual(value);
  });

  test("integers beyond 2^53 arrive as bigint with every digit, wherever they stand", async () => {
    await using pair = await echo(plane);
    const integers = [
      2n ** 53n,
      2n ** 53n + 1n,
      -(2n ** 53n) - 1n,
      2n ** 63n,
      -(2n ** 63n),
      2n ** 64n - 1n,
      10n ** 40n + 7n,
    ];
    for (const integer of integers) {
      for (const value of [integer, [integer], { a: integer }, [0, { b: [integer, "x", integer] }]]) {
        expect(await pair.client.generate(value).one()).toEqual(value);
      }
    }
    // Wherever in the text it begins, and whatever runs of digits come before it.
    for (let length = 0; length <= 40; length++) {
      const before = ["x".repeat(length), "é".repeat(length), `a ${"7".repeat(length)}`, 0.1234567890123456];
      for (const value of before.map((text) => [text, 2n ** 53n + 1n, text])) {
        expect(await pair.client.generate(value).one()).toEqual(value);
      }
    }
    expect(await pair.client.generate(5n).one()).toBe(5);
    expect(await pair.client.generate(BigInt(Number.MAX_SAFE_INTEGER)).one()).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("minus zero arrives as zero", async () => {
    await using pair = await echo(plane);
    expect(Object.is(await pair.client.generate(-0).one(), 0)).toBe(true);
  });

  test("a key named __proto__ is a key like any other", async () => {
    await using pair = await echo(plane);
    const small = JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":null}}') as JsonValue;
    const large = JSON.parse('{"__proto__":{"polluted":12345678901234567890},"constructor":1}') as JsonValue;
    for (const value of [small, large]) {
      const received = await pair.client.generate(value).one();
      expect(Object.getPrototypeOf(received)).toBe(Object.prototype);
      expect(Object.keys(received as object)).toEqual(Object.keys(value as object));
      expect(Reflect.get(received as object, "polluted")).toBeUndefined();
    }
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("bytes arrive as bytes, a view as what it shows, and later changes of the sender count for nothing", async () => {
    await using pair = await echo(plane);
    const buffer = Buffer.from("..view..");
    const view = buffer.subarray(2, 6);
    const response = pair.client.generate(view);
    buffer.fill(0);
    const received = await response.one();
    expect(received).toEqual(new Uint8Array(Buffer.from("view")));
    expect(Buffer.isBuffer(received)).toBe(false);

    const shared = new Uint8Array([1, 2, 3]);
    await using source = await Pair.of<null, Uint8Array>(plane, async function* () {
      for (let round = 0; round < 3; round++) {
        shared.fill(round);
        yield shared;
      }
    });
    const items = await collect(source.client.generate(null));
    expect(items.map((item) => [...item])).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    // Each has memory of its own.
    expect(new Set(items.map((item) => item.buffer)).size).toBe(3);
  });

  test("texts, bytes and maps of every size that leave together come back as they were", async () => {
    await using pair = await echo(plane);
    const values: Anything[] = [
      "short",
      "größer 你好 👋",
      new Uint8Array([1, 2, 3]),
      "x".repeat(300_000),
      { bytes: new Uint8Array([4, 5]) } as unknown as JsonValue,
      "ü".repeat(300_000),
      "",
      new Uint8Array(15_000).fill(6),
      "👋".repeat(1_500),
      new Uint8Array(100_000).fill(7),
      new Uint8Array(new SharedArrayBuffer(400_000)).fill(8),
      "你".repeat(4_096),
      null,
    ];
    const answers = await Promise.all([...values, ...values].map((value) => pair.client.generate(value).one()));
    expect(answers).toEqual([...values, ...values].map((value) => plain(value)));
  });

  test("dates and other values with toJSON travel as that says", async () => {
    await using pair = await Pair.of<unknown, unknown>(plane, (request) => Promise.resolve(request));
    const date = new Date(0);
    expect(await pair.client.generate({ date, other: { toJSON: () => ({ n: null }) } }).one()).toEqual({
      date: "1970-01-01T00:00:00.000Z",
      other: { n: null },
    });
  });

  test("what is undefined travels as JSON has it: absent in an object, null as a whole", async () => {
    await using pair = await Pair.of<unknown, unknown>(plane, (request) => Promise.resolve(request));
    expect(await pair.client.generate({ a: undefined, b: null, c: () => 1, d: Symbol("s") }).one()).toEqual({
      b: null,
    });
    // oxlint-disable-next-line unicorn/no-useless-undefined -- it is what is tested
    expect(await pair.client.generate(undefined).one()).toBeNull();
  });
});

const REFUSED: readonly [name: string, value: unknown, message: string][] = [
  ["NaN as a whole", Number.NaN, "the value is NaN"],
  ["infinity", [1, Infinity], "[1] is Infinity"],
  ["minus infinity deep inside", { a: [{ b: { c: -Infinity } }] }, "a[0].b.c is -Infinity"],
  ["NaN beside a bigint", { big: 1n, bad: Number.NaN }, "bad is NaN"],
  ["NaN behind toJSON", { a: { toJSON: () => ({ x: Number.NaN }) } }, "a.x is NaN"],
  ["an invalid date", { at: new Date(Number.NaN) }, "at is an invalid date"],
  ["undefined in a list", [1, undefined], "[1] is undefined"],
  ["a function in a list", { a: [() => 1] }, "a[0] is function"],
  ["a hole in a list", Array.from({ length: 2 }), "[0] is undefined"],
  ["numbers in binary", new Float32Array(2), "binary data (Float32Array) cannot be sent"],
  ["a buffer", new ArrayBuffer(2), "binary data (ArrayBuffer) cannot be sent"],
  ["a function", () => 1, "a function cannot be sent"],
  ["a symbol", Symbol("s"), "a symbol cannot be sent"],
  ["a value that contains itself", cyclic(), "contains itself"],
  ["a list that contains itself", cyclicList(), "contains itself"],
  ["a value nested too deep", nested(50_000), "nested deeper than"],
  ["a value nested too deep, with a bigint", nested(5_000, 1n), "nested deeper than"],
  ["a value whose toJSON throws", { toJSON: () => raise() }, "this toJSON throws"],
];

describe("values that JSON cannot hold", () => {
  test.each(REFUSED)("%s is refused where it is sent", async (_, value, message) => {
    await using pair = await Pair.of<unknown, unknown>("memory", async function* (request) {
      yield "first";
      yield request === "please" ? value : request;
    });
    const atCaller = thrown(() => pair.client.generate(value));
    expect(atCaller.code).toBe("invalid_argument");
    expect(atCaller.message).toContain(message);

    const received: unknown[] = [];
    const atWorker = await failure(
      (async () => {
        for await (const item of pair.client.generate("please")) received.push(item);
      })(),
    );
    expect(received).toEqual(["first"]);
    expect(atWorker.code).toBe("invalid_argument");
    expect(atWorker.message).toContain(message);
    // Nothing else was harmed.
    expect(await collect(pair.client.generate("ok"))).toEqual(["first", "ok"]);
  });

  test("a request stream with such a value ends its call alone, and the source", async () => {
    let ended = false;
    await using pair = await Pair.of<unknown, unknown, AsyncIterable<unknown>>("tcp", async (parts) => collect(parts));
    async function* source(): AsyncGenerator {
      try {
        yield 1;
        yield { a: Number.NaN };
        yield 2;
      } finally {
        ended = true;
      }
    }
    const error = await failure(pair.client.generate(source()).one());
    expect([error.code, error.message]).toEqual(["invalid_argument", "a is NaN, which JSON cannot hold"]);
    expect(ended).toBe(true);
  });
});

function cyclic(): object {
  const value: Record<string, unknown> = { a: 1 };
  value["self"] = [{ value }];
  return value;
}

function cyclicList(): unknown[] {
  const list: unknown[] = [null];
  list.push(list);
  return list;
}

function nested(depth: number, core: unknown = 1): unknown {
  let value = core;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

function raise(): never {
  throw new Error("this toJSON throws");
}

/** The same value, whose bytes are shared with nobody. */
function plain(value: Anything): Anything {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

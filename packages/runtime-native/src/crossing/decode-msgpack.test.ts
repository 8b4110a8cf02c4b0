import { expect, test } from "bun:test";
import { decodeMsgpack } from "./decode-msgpack.ts";
import { encodeMsgpack } from "./encode-msgpack.ts";
import { encodePayload, Msgpack } from "./payload.ts";

const values: unknown[] = [
  null,
  true,
  0,
  127,
  128,
  -1,
  -32,
  -33,
  2 ** 31,
  2 ** 53 - 1,
  -(2 ** 53) + 1,
  18446744073709551615n,
  -9223372036854775808n,
  1.5,
  -0,
  1e300,
  "",
  "größer 你好 👋",
  "x".repeat(70_000),
  [],
  Array.from({ length: 20 }, (_, n) => n),
  { a: { b: [null, { c: new Uint8Array([1, 2, 3]) }] } },
  Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, n])),
  new Map<unknown, unknown>([
    [1, "one"],
    ["1", "text"],
    [null, new Uint8Array(0)],
  ]),
];

test.each(values.map((value) => [value]))("%p survives", (value) => {
  expect(decodeMsgpack(encodeMsgpack(value))).toEqual(value);
});

test.each([
  ["cf0000000000000005", 5],
  ["cf0020000000000001", 9007199254740993n],
  ["d3ffffffffffffffff", -1],
  ["ca3f800000", 1],
  ["cd0100", 256],
  ["d1ff00", -256],
  ["d9026869", "hi"],
  ["c403010203", new Uint8Array([1, 2, 3])],
  ["cb7ff8000000000000", Number.NaN],
])("0x%s is read as another implementation wrote it", (hex, value) => {
  expect(decodeMsgpack(Uint8Array.fromHex(hex))).toEqual(value);
});

test("a key may be __proto__", () => {
  const value = decodeMsgpack(Uint8Array.fromHex("81a95f5f70726f746f5f5fc3"));
  expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
});

test("a buffer is bytes, and bytes that are text in JSON are text", () => {
  class Text extends Uint8Array {
    toJSON(): string {
      return this.toBase64();
    }
  }
  const value = { buffer: Buffer.from([1, 2]), text: new Text([1, 2]), map: new Map() };
  const read = decodeMsgpack(encodeMsgpack(value));
  expect(read).toEqual({ buffer: new Uint8Array([1, 2]), text: "AQI=", map: {} });
});

test("bytes that are text in JSON need no msgpack, also beside integers of any width", () => {
  class Text extends Uint8Array {
    toJSON(): string {
      return this.toBase64();
    }
  }
  expect(encodePayload({ text: new Text([1, 2]), wide: 1n << 100n })).toBe(`{"text":"AQI=","wide":${1n << 100n}}`);
  expect(encodePayload({ bytes: new Uint8Array([1, 2]), count: 1n })).toBeInstanceOf(Msgpack);
});

test("what neither JSON nor msgpack can hold is refused with its path", () => {
  const bytes = new Uint8Array(1);
  expect(() => encodeMsgpack({ bytes, deep: [{ n: Number.NaN }] })).toThrow("deep[0].n is NaN");
  expect(() => encodeMsgpack({ bytes, big: 1n << 64n })).toThrow("big is an integer of more than 64 bits");
  expect(() => encodeMsgpack({ bytes, list: [undefined] })).toThrow("list[0] is undefined");
  expect(() => encodeMsgpack({ bytes, floats: new Float32Array(1) })).toThrow("floats is a Float32Array");
  const circle: Record<string, unknown> = { bytes };
  circle["self"] = circle;
  expect(() => encodeMsgpack(circle)).toThrow("contains itself");
});

import { describe, expect, test } from "bun:test";
import {
  Binary,
  Calendar,
  Chunk,
  Ids,
  Key,
  Maps,
  Pair,
  type Schema,
  SchemaError,
  Strict,
  Times,
  Wide,
  Widest,
} from "./fixtures/generated/index.ts";

function issue(schema: Schema<unknown>, value: unknown): string | null {
  const result = schema["~standard"].validate(value);
  return result.issues === undefined ? null : (result.issues[0]?.message ?? "");
}

describe("bytes", () => {
  const bytes = Uint8Array.of(0, 255, 254);
  const binary: Binary = {
    bytes,
    maybe: bytes,
    list: [bytes],
    map: { a: bytes },
    vec: bytes,
    shared: bytes,
    missing: bytes,
  };

  test("are base64 text in JSON, and a Uint8Array on both sides of it", () => {
    const text = Binary.encode({ ...binary, maybe: null });
    expect(text).toBe(
      '{"bytes":"AP/+","maybe":null,"list":["AP/+"],"map":{"a":"AP/+"},"vec":"AP/+","shared":"AP/+","missing":"AP/+"}',
    );
    const read = Binary.decode(text);
    expect(read.bytes).toBeInstanceOf(Uint8Array);
    expect([...read.bytes]).toEqual([0, 255, 254]);
    expect([...(read.map["a"] ?? [])]).toEqual([0, 255, 254]);
    expect(Binary.encode(read)).toBe(text);
  });

  test("are written by JSON.stringify too, which is what the runtime uses", () => {
    expect(JSON.stringify(Binary.parse({ ...binary, bytes: Buffer.from("hi") }).bytes)).toBe('"aGk="');
  });

  test("are not copied on the way out", () => {
    const read = Binary.parse(binary).bytes;
    bytes[0] = 7;
    expect(read[0]).toBe(7);
    bytes[0] = 0;
  });

  test("a default is the one of Rust", () => {
    const { missing: _, ...rest } = binary;
    expect(Binary.parse(rest).missing).toHaveLength(0);
  });

  test.each(["aGk", "aGl=", "a Gk=", "aGk=\n", "_-8=", "=", "a===", "ä"])("%p is not their text", (text) => {
    expect(issue(Binary, { ...binary, bytes: text })).toStartWith("bytes: expected bytes as base64 text, got ");
  });

  test("nothing else is bytes", () => {
    for (const value of [null, 1, [1, 2], new Uint16Array(1), new ArrayBuffer(1), {}]) {
      expect(issue(Binary, { ...binary, bytes: value })).toStartWith("bytes: expected bytes, got ");
    }
  });

  test("limits count bytes", () => {
    expect(issue(Key, { bytes: Uint8Array.of(1, 2) })).toBeNull();
    expect(issue(Key, { bytes: "AA==" })).toBe("bytes: expected 2 to 4 bytes, got 1");
  });

  test("inside of enums and newtypes", () => {
    expect(Chunk.encode({ kind: "Digest", data: Uint8Array.of(1) })).toBe('{"kind":"Digest","data":"AQ=="}');
    expect(Chunk.decode('{"kind":"Bytes","data":"AQ=="}').data).toBeInstanceOf(Uint8Array);
    expect(Chunk.decode('{"kind":"Text","data":"AQ=="}').data).toBe("AQ==");
  });
});

describe("integers beyond 2^53", () => {
  test("keep every digit through text", () => {
    const text =
      '{"unsigned":18446744073709551615,"signed":-9223372036854775808,"list":[9007199254740993],"maybe":null}';
    expect(Wide.decode(text)).toEqual({
      unsigned: 2n ** 64n - 1n,
      signed: -(2n ** 63n),
      list: [2n ** 53n + 1n],
      maybe: null,
    });
    expect(Wide.encode(Wide.decode(text))).toBe(text);
  });

  test("of 128 bits too", () => {
    const ends = `{"unsigned":${2n ** 128n - 1n},"signed":${-(2n ** 127n)}}`;
    expect(Widest.encode(Widest.decode(ends))).toBe(ends);
    expect(issue(Widest, { unsigned: 2n ** 128n, signed: 0 })).toStartWith("unsigned: expected u128");
  });

  test("a text that ends in digits stays text, and a rounded one is refused", () => {
    expect(Pair.decode('["9007199254740993",9007199254740993]')).toEqual(["9007199254740993", 2n ** 53n + 1n]);
    expect(() => Times.decode('{"timeout":9007199254740993,"at":0}')).toThrow(SchemaError);
  });

  test("keys like __proto__ are data through text", () => {
    const text =
      '{"counts":{"__proto__":1},"exact":{"__proto__":9007199254740993},"by_mode":{},"nested":{"__proto__":{}}}';
    expect(Maps.encode(Maps.decode(text))).toBe(text);
  });
});

test("decode says what is no JSON", () => {
  expect(() => Strict.decode("{")).toThrow(SyntaxError);
  expect(() => Wide.decode("9007199254740993,")).toThrow(SyntaxError);
});

describe("times", () => {
  test("are whole milliseconds, exact as numbers", () => {
    const times = { timeout: 2 ** 53 - 1, at: -(2 ** 53 - 1), maybe: null, since: 0 };
    expect(Times.parse({ timeout: times.timeout, at: times.at })).toEqual(times);
    expect(Times.parse({ timeout: 1, at: new Date(5).getTime() }).at).toBe(5);
    for (const timeout of [-1, 0.5, 2 ** 53, "1", 1n])
      expect(issue(Times, { timeout, at: 0 })).toStartWith("timeout: ");
  });

  const calendar = {
    instant: "2026-01-31T12:00:00Z",
    local: "2026-01-31T12:00:00",
    date: "2026-01-31",
    time: "12:00:00",
  };

  test("of the calendar are text in the one spelling that Rust has", () => {
    const written = Calendar.parse({
      ...calendar,
      instant: "2026-01-31T12:00:00.500000Z",
      history: [],
      time: "12:00:00.1",
    });
    expect(written).toMatchObject({ instant: "2026-01-31T12:00:00.500Z", time: "12:00:00.100", until: null });
    expect(Calendar.parse({ ...calendar, instant: new Date(0).toISOString(), history: [] }).instant).toBe(
      "1970-01-01T00:00:00Z",
    );
  });

  test.each([
    [
      "instant",
      ["2026-01-31T12:00:00", "2026-01-31T12:00:00+00:00", "2026-01-31 12:00:00Z", "2026-02-29T00:00:00Z", 0],
    ],
    ["local", ["2026-01-31T12:00:00Z", "2026-01-31T24:00:00", "2026-01-31T12:00"]],
    ["date", ["2026-1-31", "2026-13-01", "2026-04-31", "2100-02-29", "+10000-01-01", "0000-00-00"]],
    ["time", ["12:00", "12:60:00", "12:00:61", "12:00:00.", "12:00:00.1234567890", "1:00:00"]],
  ])("%s that is none", (key, values) => {
    for (const value of values) {
      expect(issue(Calendar, { ...calendar, history: [], [key]: value })).toStartWith(`${key}: expected a `);
    }
  });
});

describe("ids", () => {
  const ids = { id: crypto.randomUUID(), parents: [], home: "https://example.com", logo: null, by_id: {} };

  test("UUIDs are checked as values and as keys", () => {
    expect(Ids.parse({ ...ids, by_id: { [ids.id]: 1 } }).by_id).toEqual({ [ids.id]: 1 });
    expect(issue(Ids, { ...ids, id: ids.id.toUpperCase().replace(/^./, "A") })).toStartWith("id: expected a UUID");
    expect(issue(Ids, { ...ids, by_id: { a: 1 } })).toStartWith("by_id.a: expected a UUID");
  });

  test("URLs come out in their one form", () => {
    expect(Ids.parse(ids).home).toBe("https://example.com/");
    for (const home of ["example.com", "", "//a", "http://", 1, null]) {
      expect(issue(Ids, { ...ids, home })).toStartWith("home: expected an absolute URL");
    }
  });
});

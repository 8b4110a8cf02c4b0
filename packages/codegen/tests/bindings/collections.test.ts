import { describe, expect, test } from "bun:test";
import * as addon from "./generated/index.ts";
import type { Nested, SettingsInput } from "./generated/index.ts";
import { errorOf } from "./support/error-of.ts";
import { wrong } from "./support/wrong.ts";

const settings: SettingsInput = { name: "n", values: [1, -1], metadata: { a: "b" }, serial: 2n ** 64n - 1n };

/** Lists in objects in lists. */
function nested(depth: number): Nested {
  let value: Nested = { inner: [] };
  for (let level = 1; level < depth; level++) value = { inner: [value] };
  return value;
}

describe("structs", () => {
  test("arrive exact and in their one form", () => {
    expect(addon.echoSettings(settings)).toEqual({ ...settings, serial: 2n ** 64n - 1n, mode: "fast" });
  });

  test("are checked before they cross, with the path", () => {
    const cases: [SettingsInput, string][] = [
      [{ ...settings, values: [1, 2.5] }, "settings.values[1]: expected i32, got 2.5"],
      [{ ...settings, serial: -1 }, "settings.serial: expected u64, got -1"],
      [{ ...settings, name: "" }, "settings.name: expected 1 to 32 bytes of UTF-8, got 0"],
      [
        wrong({ ...settings, more: 1 }),
        'settings: expected no keys but name, values, metadata, serial, mode, got "more"',
      ],
      [wrong({ ...settings, mode: "slow" }), 'settings.mode: expected one of "fast", "very-careful", got "slow"'],
      [wrong({ name: "n" }), "settings.values: expected a list, got nothing"],
      [wrong(null), "settings: expected an object, got null"],
      [wrong(undefined), "settings: expected an object, got nothing"],
    ];
    for (const [value, message] of cases) {
      expect(errorOf(() => addon.echoSettings(value))).toMatchObject({
        code: "invalid_argument",
        message: `echoSettings: ${message}`,
      });
    }
    expect(errorOf(() => addon.echoSettings({ ...settings, values: [1, 2.5] })).path).toEqual([
      "settings",
      "values",
      1,
    ]);
  });

  test("that throw when they are looked at give a typed error with the cause", () => {
    const cause = new RangeError("not now");
    const thrower = {
      ...settings,
      get name(): string {
        throw cause;
      },
    };
    expect(errorOf(() => addon.echoSettings(thrower))).toMatchObject({
      code: "invalid_argument",
      message: "echoSettings: settings: it threw when it was read (not now)",
      path: ["settings"],
      cause,
    });
    const proxy = new Proxy(settings, {
      get() {
        throw new Error("trapped");
      },
    });
    expect(errorOf(() => addon.echoSettings(proxy)).message).toContain("it threw when it was read (trapped)");
    const { proxy: revoked, revoke } = Proxy.revocable({ ...settings }, {});
    revoke();
    expect(errorOf(() => addon.echoSettings(revoked))).toMatchObject({ code: "invalid_argument" });
  });

  test("that give another value each time are checked again by Rust", () => {
    let reads = 0;
    // The list stays the object that it is, and is read a second time when it is written.
    const values = [1, 2, 3];
    Object.defineProperty(values, 1, { enumerable: true, get: () => (reads++ === 0 ? 2 : "two") });
    expect(errorOf(() => addon.echoList(values))).toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining('values: invalid type: string "two", expected i32') as string,
    });
    let seen = 0;
    const shifting = new Proxy([1, 2], {
      get: (list, key) => (key === "0" && seen++ > 0 ? 2 ** 40 : Reflect.get(list, key)),
    });
    expect(errorOf(() => addon.echoList(shifting)).message).toContain("invalid value: integer `1099511627776`");
  });
});

describe("lists", () => {
  test("are lists", () => {
    expect(addon.echoList([])).toEqual([]);
    expect(addon.echoList([1, -2, 2_147_483_647])).toEqual([1, -2, 2_147_483_647]);
    for (const value of [new Set([1]), new Map(), "12", { 0: 1, length: 1 }, new Int32Array(2), null]) {
      expect(errorOf(() => addon.echoList(wrong(value))).message).toContain("values: expected a list, got");
    }
  });

  test("with holes are refused where the hole is", () => {
    const sparse = [1, 2, 3];
    // oxlint-disable-next-line typescript/no-array-delete -- holes are what this is about
    delete sparse[1];
    expect(errorOf(() => addon.echoList(sparse)).message).toBe("echoList: values[1]: expected i32, got nothing");
    expect(errorOf(() => addon.echoList(Array.from({ length: 3 }))).message).toContain("values[0]: expected i32");
  });
});

describe("maps", () => {
  test("are plain objects; a Map never arrives empty", () => {
    expect(addon.echoMap({ a: 1, b: -1 })).toEqual({ a: 1, b: -1 });
    for (const value of [new Map([["a", 1]]), new Set(), [["a", 1]], new Date(), new URLSearchParams()]) {
      expect(errorOf(() => addon.echoMap(wrong(value))).message).toContain("entries: expected a plain object, got");
    }
  });

  test("keep every key", () => {
    const entries = Object.fromEntries([
      ["__proto__", 1],
      ["constructor", 2],
      ["toString", 3],
      ["", 4],
      ["10", 5],
    ]);
    const back = addon.echoMap(entries);
    expect(Object.keys(back).toSorted()).toEqual(Object.keys(entries).toSorted());
    for (const key of Object.keys(entries)) expect(back[key]).toBe(entries[key] as number);
    expect(Object.getPrototypeOf(Object.getPrototypeOf(back) ?? {})).toBeNull();
    const evil = addon.echoJson(JSON.parse('{ "__proto__": { "polluted": true } }') as never);
    expect(JSON.stringify(evil)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("any JSON", () => {
  test("arrives as it is, large integers too", () => {
    for (const value of [null, true, 1.5, "text", [1, [2]], { a: { b: [] } }, 2n ** 63n, -(2n ** 63n)]) {
      expect(addon.echoJson(value)).toEqual(value);
    }
  });

  test("of values that JSON would change is refused", () => {
    for (const value of [
      NaN,
      Infinity,
      undefined,
      () => 1,
      Symbol("s"),
      new Date(),
      new Map(),
      new Uint8Array(2),
      2n ** 64n,
    ]) {
      expect(errorOf(() => addon.echoJson(wrong(value)))).toMatchObject({ code: "invalid_argument" });
    }
    const circular: { self?: unknown } = {};
    circular.self = circular;
    expect(errorOf(() => addon.echoJson(wrong(circular))).message).toContain("at most 127 levels");
  });

  test("is as deep as Rust reads it, and no deeper", () => {
    expect(addon.nest(nested(63))).toEqual(nested(63));
    expect(errorOf(() => addon.nest(nested(64))).message).toContain("at most 127 levels of lists and objects");
    expect(errorOf(() => addon.nest(nested(100_000))).message).toContain("at most 127 levels");
  });
});

describe("bytes", () => {
  test("are those of the view and no others", () => {
    const whole = new Uint8Array([1, 2, 3, 4, 5]);
    expect(addon.echoBytes(whole)).toEqual(whole);
    expect(addon.echoBytes(whole.subarray(1, 3))).toEqual(new Uint8Array([2, 3]));
    expect(addon.sumOfBytes(whole.subarray(3))).toBe(9);
    expect(addon.echoBytes(new Uint8Array())).toEqual(new Uint8Array());
    expect(addon.echoBytes(Buffer.from("pool"))).toEqual(new Uint8Array([112, 111, 111, 108]));
    const growing = new Uint8Array(new ArrayBuffer(2, { maxByteLength: 8 }));
    growing.buffer.resize(8);
    expect(addon.echoBytes(growing)).toHaveLength(8);
    const large = new Uint8Array(5_000_000).fill(1);
    expect(addon.sumOfBytes(large)).toBe(5_000_000);
  });

  test("that come back are memory of JavaScript's own", () => {
    const given = new Uint8Array([1, 2, 3]);
    const back = addon.echoBytes(given);
    back[0] = 9;
    expect([given[0], back.buffer.byteLength, back.constructor]).toEqual([1, 3, Uint8Array]);
  });

  test("of a task are copied when it is called", async () => {
    const bytes = new Uint8Array(1000).fill(1);
    const sum = addon.sumOfBytesLater(bytes);
    bytes.fill(2);
    expect(await sum).toBe(1000);
  });

  test("that are shared with other threads, or were transferred, are refused", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    const detached = new Uint8Array([1, 2]);
    structuredClone(detached, { transfer: [detached.buffer] });
    for (const call of [addon.echoBytes, addon.sumOfBytes]) {
      expect(errorOf(() => call(shared)).message).toContain("bytes in memory of their own; copy them with slice()");
      expect(errorOf(() => call(detached)).message).toContain("bytes whose memory was not transferred");
      expect(call(shared.slice())).toBeDefined();
    }
  });

  test("of another type are refused", () => {
    const others = [[1, 2], "AQI=", new ArrayBuffer(2), new DataView(new ArrayBuffer(2)), new Uint16Array(2), null, {}];
    for (const value of others) {
      expect(errorOf(() => addon.sumOfBytes(wrong(value))).message).toContain(
        "bytes: expected bytes (a Uint8Array), got",
      );
    }
  });
});

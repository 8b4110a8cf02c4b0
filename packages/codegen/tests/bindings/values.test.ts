import { describe, expect, test } from "bun:test";
import * as addon from "./generated/index.ts";
import { errorOf } from "./support/error-of.ts";
import { wrong } from "./support/wrong.ts";

describe("numbers never wrap", () => {
  const echoes = {
    u8: [addon.echoU8, 0, 255],
    i8: [addon.echoI8, -128, 127],
    u16: [addon.echoU16, 0, 65_535],
    i16: [addon.echoI16, -32_768, 32_767],
    u32: [addon.echoU32, 0, 4_294_967_295],
    i32: [addon.echoI32, -2_147_483_648, 2_147_483_647],
  } as const;

  test.each(Object.entries(echoes))("%s takes its whole range and nothing else", (name, [echo, least, most]) => {
    for (const value of [least, most, 0, 1, most - 1]) expect(echo(value)).toBe(value);
    for (const value of [least - 1, most + 1, 2 ** 32, -(2 ** 31) - 1, 2 ** 53, 1.5, NaN, Infinity, -Infinity]) {
      expect(errorOf(() => echo(value))).toMatchObject({
        code: "invalid_argument",
        path: ["value"],
        message: expect.stringContaining(`value: expected ${name}, got ${value}`) as string,
      });
    }
    for (const value of ["5", 5n, true, null, undefined, [5], { valueOf: () => 5 }, new Number(5), Symbol("5")]) {
      expect(errorOf(() => echo(wrong(value)))).toMatchObject({ code: "invalid_argument" });
    }
  });

  test("an argument that is missing is named", () => {
    expect(errorOf(() => (addon.addNumbers as () => number)()).message).toBe(
      "addNumbers: a: expected i32, got nothing",
    );
  });

  test("minus zero is zero", () => {
    expect(Object.is(addon.echoI32(-0), 0)).toBe(true);
    expect(Object.is(addon.echoF64(-0), -0)).toBe(true);
  });

  test("an overflow in Rust is an error", () => {
    expect(errorOf(() => addon.addNumbers(2_147_483_647, 1))).toMatchObject({
      code: "internal",
      message: "addNumbers: Rust panicked: attempt to add with overflow",
    });
    expect(errorOf(() => addon.arithmetic(1, 2)).message).toContain("attempt to subtract with overflow");
  });
});

describe("wide integers are exact", () => {
  const echoes = {
    u64: [addon.echoU64, 0n, 2n ** 64n - 1n],
    i64: [addon.echoI64, -(2n ** 63n), 2n ** 63n - 1n],
    u128: [addon.echoU128, 0n, 2n ** 128n - 1n],
    i128: [addon.echoI128, -(2n ** 127n), 2n ** 127n - 1n],
  } as const;

  test.each(Object.entries(echoes))("%s takes its whole range and nothing else", (name, [echo, least, most]) => {
    for (const value of [least, most, most - 1n, 2n ** 53n + 1n, 0n, 1n]) expect(echo(value)).toBe(value);
    expect(echo(9_007_199_254_740_991)).toBe(9_007_199_254_740_991n);
    for (const value of [least - 1n, most + 1n, 2n ** 200n, -(2n ** 200n)]) {
      expect(errorOf(() => echo(value)).message).toContain(`value: expected ${name}, got ${value}n`);
    }
    for (const value of [2 ** 53, 1.5, NaN, "5", null, undefined]) {
      expect(errorOf(() => echo(wrong(value)))).toMatchObject({ code: "invalid_argument" });
    }
  });

  test("a number that is not exact any more says what to write", () => {
    expect(errorOf(() => addon.echoU64(2 ** 53)).message).toContain(
      "u64 as a bigint (a number is not exact beyond 2^53)",
    );
  });

  test("the last number of Fibonacci that fits 64 bits is exact", () => {
    expect(addon.fibonacci(0)).toBe(0n);
    expect(addon.fibonacci(10)).toBe(55n);
    expect(addon.fibonacci(93)).toBe(12_200_160_415_121_876_738n);
    expect(errorOf(() => addon.fibonacci(94))).toMatchObject({ code: "failed" });
    expect(errorOf(() => addon.fibonacci(-1)).message).toBe("fibonacci: n: expected u32, got -1");
  });
});

describe("floats", () => {
  test("are finite on their way in", () => {
    for (const value of [0.1, -1e308, 5e-324, 2 ** 60]) expect(addon.echoF64(value)).toBe(value);
    for (const value of [NaN, Infinity, -Infinity, "1", null]) {
      expect(errorOf(() => addon.echoF64(wrong(value)))).toMatchObject({ code: "invalid_argument" });
    }
  });

  test("of 32 bits look the same as in JSON", () => {
    expect(addon.echoF32(0.1)).toBe(0.1);
    expect(addon.echoF32(16_777_217)).toBe(16_777_216);
    expect(errorOf(() => addon.echoF32(1e39)).message).toContain("a finite number of 32 bits");
  });
});

describe("text", () => {
  test("arrives whole", () => {
    for (const text of [
      "",
      "abc",
      "käse",
      "日本語",
      "👩‍🚀",
      "\u0000 inside",
      "x".repeat(255),
      "é".repeat(127),
      "𝒳".repeat(300),
    ]) {
      expect(addon.echoString(text)).toBe(text);
    }
    // Around the length up to which text is read with one call.
    for (let length = 245; length < 262; length++) {
      for (const letter of ["a", "é", "日", "👾"]) {
        const text = "a".repeat(length) + letter;
        expect(addon.echoString(text)).toBe(text);
        expect(addon.lengthOf(text)).toBe(Buffer.byteLength(text));
      }
    }
    const long = "汉".repeat(1_000_000);
    expect(addon.lengthOf(long)).toBe(3_000_000);
  });

  test("with lone surrogates is refused, not replaced", () => {
    for (const text of ["\ud800", "a\udc00b", "\udc00\ud800"]) {
      expect(errorOf(() => addon.echoString(text)).message).toContain("a string without lone surrogates");
      expect(errorOf(() => addon.echoJson({ key: [text] })).message).toContain(
        "value.key[0]: expected a string without",
      );
      expect(errorOf(() => addon.echoMap({ [text]: 1 })).message).toContain("a key without lone surrogates");
    }
  });

  test("of another type is refused", () => {
    for (const value of [5, null, undefined, new String("text"), ["text"]]) {
      expect(errorOf(() => addon.echoString(wrong(value)))).toMatchObject({ code: "invalid_argument" });
    }
    expect(addon.echoChar("👾")).toBe("👾");
    expect(errorOf(() => addon.echoChar("ab")).message).toContain("a single character");
    expect(addon.echoBool(true)).toBe(true);
    expect(errorOf(() => addon.echoBool(wrong(1))).message).toContain("expected a boolean, got 1");
  });
});

describe("options", () => {
  test("take nothing as null", () => {
    expect([addon.echoOptional(), addon.echoOptional(undefined), addon.echoOptional(null)]).toEqual([null, null, null]);
    expect(addon.echoOptional(7)).toBe(7);
    expect(addon.echoOptionalText("")).toBe("");
    expect(addon.echoOptionalBytes(null)).toBeNull();
    expect(errorOf(() => addon.echoOptional(-1)).message).toBe("echoOptional: value: expected u32, got -1");
  });

  test("before a required parameter have to be written", () => {
    expect(addon.echoReserved(1, 2, undefined, 4, 5, 6)).toEqual([1, 2, 0, 4, 5, 6]);
    expect(addon.describeSettings({ name: "n", values: [], metadata: {}, serial: 1 }, true)).toBe("n");
  });
});

/** No value changes on its way through the generated surface, and no panic ends the process. */
import { describe, expect, test } from "bun:test";
import {
  addNumbers,
  BindingError,
  Config,
  countEntries,
  echoI64,
  echoU32,
  fibonacci,
  panics,
} from "../generated/index.ts";
import { endOf } from "../support/danger.ts";
import { loose } from "../support/loose.ts";
import { plainNapi as plain } from "../support/plain-napi.ts";

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof BindingError) return error.code;
    throw error;
  }
  return "no error";
}

describe("through napi alone", () => {
  test("a u32 wraps", () => {
    expect(plain["echoU32"]?.(-1)).toBe(4_294_967_295);
    expect(plain["echoU32"]?.(2 ** 32 + 5)).toBe(5);
  });

  test("an i64 loses digits", () => {
    expect(plain["giveI64"]?.()).toBe(9_223_372_036_854_776_000);
    expect(plain["echoI64"]?.(1.9)).toBe(1);
  });

  test("a Map arrives empty", () => expect(plain["echoHashMap"]?.(new Map([["a", 1]]))).toEqual({}));

  test("a panic ends the process", () => {
    expect(endOf("napi-panic")).toBe("the process ends");
    expect(endOf("c-panic")).toBe("the process ends");
  });
});

describe("through the generated surface", () => {
  test.each([-1, 2 ** 32, 2 ** 32 + 5, 1.5, Number.NaN, Infinity, "1", 1n, null, undefined, {}, true])(
    "a u32 takes nothing else: %p",
    (value) => expect(codeOf(() => loose(echoU32)(value))).toBe("invalid_argument"),
  );

  test("a u32 is exact to its ends", () => {
    for (const value of [0, 2 ** 32 - 1]) expect(echoU32(value)).toBe(value);
  });

  test("a sum that does not fit is an error", () => {
    expect(addNumbers(2 ** 31 - 1, 0)).toBe(2 ** 31 - 1);
    expect(codeOf(() => addNumbers(2 ** 31 - 1, 1))).toBe("internal");
  });

  test.each([2 ** 53, 1.9, Number.NaN, 2n ** 63n, -(2n ** 63n) - 1n, "1"])(
    "an i64 takes nothing that is not exact: %p",
    (value) => expect(codeOf(() => loose(echoI64)(value))).toBe("invalid_argument"),
  );

  test("an i64 is exact to its ends", () => {
    for (const value of [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n]) expect(echoI64(value)).toBe(value);
  });

  test("the last number of Fibonacci that fits is exact, the next one an error", () => {
    expect(fibonacci(93)).toBe(12_200_160_415_121_876_738n);
    expect(codeOf(() => fibonacci(94))).toBe("failed");
    expect(codeOf(() => fibonacci(-1))).toBe("invalid_argument");
  });

  test("a Map is refused, an object arrives whole", () => {
    expect(countEntries({ a: 1, b: 2 })).toBe(2);
    expect(codeOf(() => loose(countEntries)(new Map([["a", 1]])))).toBe("invalid_argument");
    using config = new Config("a");
    const metadata = new Map([["a", "b"]]) as unknown as Record<string, string>;
    expect(codeOf(() => (config.metadata = metadata))).toBe("invalid_argument");
    expect(config.metadata).toEqual({});
  });

  test("a panic is an error, and the process goes on", () => {
    expect(codeOf(() => panics("late"))).toBe("internal");
    expect(endOf("stub-panic")).toContain("BindingError internal");
    expect(echoU32(1)).toBe(1);
  });
});

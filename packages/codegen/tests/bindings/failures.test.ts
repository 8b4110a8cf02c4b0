import { describe, expect, test } from "bun:test";
import {
  addNumbers,
  BindingError,
  countThenPanic,
  Counter,
  divide,
  DivideErrorException,
  DoorErrorException,
  findFailure,
  FailureCode,
  openDoor,
  panics,
  panicsLater,
  panicsWithAValue,
  parseNumber,
} from "./generated/index.ts";
import { bindingErrorCodes } from "./support/binding-error-codes.ts";
import { errorOf, rejectionOf } from "./support/error-of.ts";

describe("errors that Rust returns", () => {
  test("of a declared type are classes, with the variant as code and the value", () => {
    const byZero = errorOf(() => divide(10n, 0));
    expect(byZero).toBeInstanceOf(DivideErrorException);
    expect(byZero).toBeInstanceOf(BindingError);
    expect(byZero).toMatchObject({
      name: "DivideErrorException",
      code: "by_zero",
      message: "divide: the divisor is zero",
      binding: "divide",
      value: { code: "by_zero" },
    });
    const tooLarge = errorOf(() => divide(2n ** 64n - 1n, 1));
    expect(tooLarge).toMatchObject({ code: "too_large", value: { code: "too_large", dividend: 2n ** 64n - 1n } });
    expect(divide(10n, 3)).toBe(3n);
  });

  test("of a struct have its name as code", async () => {
    const error = await rejectionOf(() => openDoor(3));
    expect(error).toBeInstanceOf(DoorErrorException);
    expect(error).not.toBeInstanceOf(DivideErrorException);
    expect(error).toMatchObject({
      code: "door_error",
      value: { tries: 3 },
      message: "openDoor: Why a door stays shut.",
    });
  });

  test("that are sentences are typed too", () => {
    expect(errorOf(() => parseNumber("x"))).toMatchObject({
      code: "failed",
      message: "parseNumber: invalid digit found in string",
    });
    expect(parseNumber("-7")).toBe(-7);
  });
});

describe("a panic fails one call and nothing else", () => {
  test("in a function", () => {
    expect(errorOf(() => panics("bad"))).toMatchObject({
      code: "internal",
      binding: "panics",
      message: "panics: Rust panicked: it is bad",
    });
    expect(errorOf(() => panicsWithAValue()).message).toBe("panicsWithAValue: Rust panicked: no message");
    expect(addNumbers(1, 2)).toBe(3);
  });

  test("in a task", async () => {
    const errors = await Promise.all(
      Array.from({ length: 4 }, async (_, index) => rejectionOf(() => panicsLater(`${index}`))),
    );
    expect(errors.map(({ message }) => message)).toEqual(
      [0, 1, 2, 3].map((index) => `panicsLater: Rust panicked: it is ${index}`),
    );
  });

  test("in a stream, after the items before it", async () => {
    const items: number[] = [];
    const error = await rejectionOf(async () => {
      for await (const item of countThenPanic(3)) items.push(item);
    });
    expect(items).toEqual([0, 1, 2]);
    expect(error.message).toBe("countThenPanic: Rust panicked: no more than 3");
  });

  test("in a constructor", () => {
    expect(errorOf(() => new Counter(2n ** 63n - 1n)).message).toBe("new Counter: Rust panicked: it starts too high");
  });

  test("in a destructor", () => {
    expect(errorOf(() => Counter.createDangerous().close()).message).toBe("Counter.close: Rust panicked: dropped");
  });
});

test("both languages have the same codes", () => {
  const type = FailureCode["~standard"];
  for (const code of bindingErrorCodes) {
    expect(type.validate(code).issues).toBeUndefined();
    expect(findFailure(code)).toBe(code);
  }
  const refused = type.validate("no such code").issues?.[0]?.message ?? "";
  for (const code of refused.matchAll(/"([a-z_]+)"/g)) expect(bindingErrorCodes).toContain(code[1] as never);
});

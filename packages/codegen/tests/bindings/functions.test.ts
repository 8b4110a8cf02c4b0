import { describe, expect, test } from "bun:test";
import { addNumbers, BindingError, divide, DivideErrorException, fibonacci } from "./generated/index.ts";
import { errorOf } from "./support/error-of.ts";

describe("functions", () => {
  test("take and give values", () => {
    expect(addNumbers(1, 2)).toBe(3);
    expect(fibonacci(93)).toBe(12_200_160_415_121_876_738n);
  });

  test("throw typed errors", () => {
    expect(() => fibonacci(94)).toThrow(BindingError);
    expect(errorOf(() => fibonacci(-1))).toMatchObject({
      code: "invalid_argument",
      binding: "fibonacci",
      path: ["n"],
      message: "fibonacci: n: expected u32, got -1",
    });
    expect(errorOf(() => divide(1, 0))).toBeInstanceOf(DivideErrorException);
  });
});

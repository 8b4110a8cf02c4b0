import { expect, test } from "bun:test";

import { StatorError } from "@stator/runtime-native";
import { z } from "zod";

import { validate } from "./validate.ts";

const Order = z.object({ lines: z.array(z.object({ text: z.string() })), count: z.number().default(1) });

test("gives back what the schema makes of the value", () => {
  expect(validate(Order, { lines: [] }, "invalid_request", "a.b.c")).toEqual({ lines: [], count: 1 });
});

test("says where the value is wrong", () => {
  const failure = thrown(() => validate(Order, { lines: [{ text: "a" }, { text: 5 }] }, "invalid_request", "a.b.c"));
  expect(failure.code).toBe("invalid_request");
  expect(failure.message).toBe("a.b.c: lines[1].text: Invalid input: expected string, received number");
  expect(failure.details).toEqual({
    issues: [{ path: "lines[1].text", message: "Invalid input: expected string, received number" }],
  });
});

test("shortens a long list", () => {
  const value = { lines: Array.from({ length: 1000 }, () => ({})) };
  const { message } = thrown(() => validate(Order, value, "invalid_request", "a.b.c"));
  expect(message).toEndWith("; and 992 more");
});

test("waits for a schema that checks asynchronously", async () => {
  const Late = z.string().refine(async (text) => text === "yes", "must be yes");
  expect(await validate(Late, "yes", "invalid_response", "a.b.c")).toBe("yes");
  const refused = Promise.resolve(validate(Late, "no", "invalid_response", "a.b.c"));
  expect(await refused.catch((error: unknown) => error)).toMatchObject({ message: "a.b.c: must be yes" });
});

function thrown(body: () => unknown): StatorError {
  try {
    body();
  } catch (error) {
    if (error instanceof StatorError) return error;
  }
  throw new Error("Nothing was thrown.");
}

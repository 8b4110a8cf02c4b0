import { expect, test } from "bun:test";

import type { Context } from "@stator/runtime-native";

import { RateLimit } from "./rate-limit.ts";

test("takes a burst, then as many as the time since allows", () => {
  let now = 1000;
  const limit = new RateLimit("a.b", { perSecond: 10, burst: 3 }, () => now);
  const context = { endpoint: "a.b.c" } as Context;
  const taken = (): number => {
    for (let count = 0; ; count++) {
      try {
        limit.take(context);
      } catch (error) {
        expect(error).toMatchObject({ code: "overloaded", details: { refused: "a.b.c" } });
        return count;
      }
    }
  };
  expect(taken()).toBe(3);
  expect(() => limit.take(context)).toThrow("a.b takes 10 calls a second; try again in 100 ms.");
  now += 250;
  expect(taken()).toBe(2);
  expect(() => limit.take(context)).toThrow("try again in 50 ms.");
  // However long it was quiet, no more than a burst has been saved up.
  now += 60_000;
  expect(taken()).toBe(3);
});

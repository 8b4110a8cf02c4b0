import { expect, test } from "bun:test";

import { BackOff } from "./back-off.ts";

const LIMITS = { firstMs: 10, mostMs: 50, stableMs: 1000, mostFailures: 6 };

test("waits longer after each failure, up to a limit, then gives up", () => {
  const backOff = new BackOff(LIMITS);
  expect(Array.from({ length: 6 }, () => backOff.next(0))).toEqual([10, 20, 40, 50, 50, null]);
});

test("starts again after a stable run", () => {
  const backOff = new BackOff(LIMITS);
  backOff.next(0);
  backOff.next(0);
  expect(backOff.next(1000)).toBe(10);
  expect(backOff.next(0)).toBe(20);
});

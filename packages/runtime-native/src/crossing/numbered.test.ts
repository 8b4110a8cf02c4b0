import { expect, test } from "bun:test";

import { Numbered } from "./numbered.ts";

test("values are found by their numbers, also by those that share a place", () => {
  const numbered = new Numbered<{ name: string }>();
  const numbers = [1, 1_025, 2_049, 7, 4_294_967_295];
  for (const number of numbers) numbered.add(number, { name: `n${number}` });
  expect(numbered.size).toBe(5);
  for (const number of numbers) expect(numbered.get(number)).toEqual({ name: `n${number}` });
  expect(numbered.get(3_073)).toBeUndefined();
  expect(numbered.get(0)).toBeUndefined();
  expect(
    numbered
      .values()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(["n1", "n1025", "n2049", "n4294967295", "n7"]);
});

test("one whose place becomes free stays where it is", () => {
  const numbered = new Numbered<{ name: string }>();
  numbered.add(1, { name: "first" });
  numbered.add(1_025, { name: "second" });
  expect(numbered.delete(1)).toBe(true);
  expect(numbered.get(1)).toBeUndefined();
  expect(numbered.get(1_025)).toEqual({ name: "second" });
  numbered.add(2_049, { name: "third" });
  expect(numbered.get(1_025)).toEqual({ name: "second" });
  expect(numbered.delete(1_025)).toBe(true);
  expect(numbered.delete(1_025)).toBe(false);
  expect(numbered.get(2_049)).toEqual({ name: "third" });
  expect(numbered.size).toBe(1);
});

test("it agrees with a map, whatever comes and goes", () => {
  const numbered = new Numbered<{ number: number }>();
  const map = new Map<number, { number: number }>();
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
  for (let number = 1; number < 20_000; number++) {
    const value = { number };
    numbered.add(number, value);
    map.set(number, value);
    const old = (random() % number) + 1;
    // Some stay for ever.
    if (old % 10 !== 0) expect(numbered.delete(old)).toBe(map.delete(old));
    const some = (random() % number) + 1;
    expect(numbered.get(some)).toBe(map.get(some) as { number: number });
  }
  expect(numbered.size).toBe(map.size);
  expect(new Set(numbered.values())).toEqual(new Set(map.values()));
});

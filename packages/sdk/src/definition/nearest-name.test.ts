import { expect, test } from "bun:test";

import { nearestName, suggestion } from "./nearest-name.ts";

test("finds what was meant, whatever the case", () => {
  expect(nearestName("Generat", ["generate", "count"])).toBe("generate");
  expect(nearestName("WORKERS", ["workers"])).toBe("workers");
  expect(nearestName("xyz", ["generate", "count"])).toBeNull();
  expect(nearestName("a", [])).toBeNull();
});

test("names what there is when nothing is near", () => {
  expect(suggestion("xyzw", ["generate", "count"])).toBe('there is "generate", "count".');
  expect(suggestion("x", [])).toBe("there are none.");
});

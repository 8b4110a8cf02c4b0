import type { Random } from "./random.ts";

/** What is put in place of a part of a value. */
const strangers = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  255,
  256,
  -128,
  -129,
  65535,
  65536,
  4294967295,
  4294967296,
  2147483648,
  -2147483649,
  9007199254740991,
  2n ** 63n,
  2n ** 64n,
  -(2n ** 63n) - 1n,
  2n ** 128n,
  "",
  "text",
  "unit",
  "Unknown",
  "quick",
  "7",
  "-5",
  "ab",
  "007",
  "aGk",
  "aGl=",
  "a Gk=",
  "aGk=\n",
  "_-8=",
  "2026-02-29",
  "2026-01-31T25:00:00Z",
  "2026-01-31T12:00:00+01:00",
  "67E55044-10B1-426F-9247-BB680E5FE0C8",
  "//example.com",
  "http://",
  [],
  [1],
  ["a", 1],
  [1, 2, 3],
  {},
  { a: 1 },
  { type: "struct" },
  { t: "Unit" },
];

/** The value with one part of it changed, removed or added. */
export function mutate(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.3)) return random.pick(strangers);
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value];
    const index = random.below(copy.length + 1);
    const kind = random.below(3);
    if (kind === 0) copy.splice(index, 1);
    else if (kind === 1) copy.splice(index, 0, random.pick(strangers));
    else if (index < copy.length) copy[index] = mutate(copy[index], random);
    return copy;
  }
  const entries = Object.entries(value);
  const kind = random.below(3);
  const index = random.below(entries.length);
  if (kind === 0) entries.splice(index, 1);
  else if (kind === 1) entries.push([random.pick(["extra", "a", "c", "__proto__", "type"]), random.pick(strangers)]);
  else {
    const entry = entries[index];
    if (entry !== undefined) entries[index] = [entry[0], mutate(entry[1], random)];
  }
  // Object.fromEntries defines keys, so that __proto__ is one like any other.
  return Object.fromEntries(entries);
}

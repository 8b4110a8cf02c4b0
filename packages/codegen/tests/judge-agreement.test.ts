import { expect, test } from "bun:test";

import { judgeAtRandom } from "./support/judge-at-random.ts";
import { Judges } from "./support/judges.ts";
import { documentOf, knottedDocument, strangeDocuments, struct } from "./support/strange-documents.ts";

/** `CODEGEN_JUDGED_PAIRS=100000` for a long run, `CODEGEN_FUZZ_SEED` to repeat one. */
const pairs = Number(process.env["CODEGEN_JUDGED_PAIRS"] ?? 4_000);
const seed = Number(process.env["CODEGEN_FUZZ_SEED"] ?? 1);

test("the judges in TypeScript and in Rust say the same, word for word, of contracts that were changed at random", async () => {
  const { outcomes, differences } = await judgeAtRandom(pairs, seed);
  expect(differences.slice(0, 3)).toEqual([]);
  // Each verdict is there. A type that is nothing but itself, which a change may make, has none.
  expect(outcomes.compatible).toBeGreaterThan(pairs / 20);
  expect(outcomes.incompatible).toBeGreaterThan(pairs / 5);
  expect(outcomes.unknown).toBeLessThan(pairs / 20);
}, 600_000);

test("neither is harmed by documents that are none, or that are made to keep it busy", async () => {
  const judges = new Judges();
  const honest = documentOf({ A: struct({ text: { kind: "string" } }) });
  const long = documentOf({
    A: struct(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`${n}`.repeat(300), { kind: "bool" }]))),
  });
  const knotted = knottedDocument();
  for (const strange of [...Object.values(strangeDocuments()), deepDocument(900), deepDocument(1_100), knotted]) {
    judges.judge(honest, strange);
    judges.judge(strange, honest);
    judges.judge(strange, strange);
  }
  judges.judge(honest, long);
  judges.judge(long, honest);
  await judges.settle();
  expect(judges.differences).toEqual([]);
  expect(judges.outcomes.unknown).toBeGreaterThan(Object.keys(strangeDocuments()).length);
}, 60_000);

test("both give up after the same number of steps", async () => {
  const judges = new Judges();
  for (let forms = 100; forms <= 800; forms += 25) judges.judge(manyForms(forms), manyForms(forms));
  await judges.settle();
  expect(judges.differences).toEqual([]);
  const { compatible, unknown } = judges.outcomes;
  expect([compatible > 0, unknown > 0]).toEqual([true, true]);
}, 60_000);

/** A type with so many forms, each of which fits only itself. */
function manyForms(count: number): ReturnType<typeof documentOf> {
  const variants = Array.from({ length: count }, (_, index) => ({
    name: `V${index}`,
    shape: { kind: "newtype", of: { kind: "array", of: { kind: "bool" }, length: index + 1 } },
  }));
  return documentOf({ A: { kind: "enum", tagging: { kind: "untagged" }, unknownKeys: "strip", variants } });
}

/** Structs within structs. */
function deepDocument(depth: number): ReturnType<typeof documentOf> {
  const shapes = Array.from({ length: depth }, (_, index) => [
    index === 0 ? "A" : `A${index}`,
    struct({ a: index === depth - 1 ? { kind: "bool" } : { kind: "ref", name: `A${index + 1}` } }),
  ]);
  return documentOf(Object.fromEntries(shapes) as Record<string, unknown>);
}

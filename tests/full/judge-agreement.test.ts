import { expect, test } from "bun:test";

import { judgeAtRandom } from "../../packages/codegen/tests/support/judge-at-random.ts";

const PAIRS = 24_000;

test("the judges in TypeScript and in Rust say the same of many contracts", async () => {
  const { outcomes, differences } = await judgeAtRandom(PAIRS, 2);
  process.stderr.write(`${PAIRS} pairs: ${JSON.stringify(outcomes)}, ${differences.length} differences\n`);
  expect(differences.slice(0, 3)).toEqual([]);
  expect(outcomes.compatible).toBeGreaterThan(PAIRS / 20);
  expect(outcomes.incompatible).toBeGreaterThan(PAIRS / 5);
}, 1_800_000);

import { describe, expect, test } from "bun:test";
import { orders, tokens } from "./samples.ts";
import type { ValidatorPeer } from "./peer.ts";
import { validatorTable } from "./run.ts";

describe.each(["stator", "zod", "valibot", "typebox", "ajv"])("%s", (name) => {
  test("takes every sample, and refuses broken ones", async () => {
    const { peer } = (await import(`./peers/${name}.ts`)) as { peer: ValidatorPeer };
    const order = JSON.parse(orders[3] ?? "") as object;
    const token = JSON.parse(tokens[3] ?? "") as object;
    for (const text of orders) expect(peer.order(JSON.parse(text))).toMatchObject(JSON.parse(text) as object);
    for (const text of tokens) expect(peer.token(JSON.parse(text))).toMatchObject(JSON.parse(text) as object);
    for (const broken of [
      { id: -1 },
      { id: 2 ** 32 },
      { quantity: 1.5 },
      { discount: 2 ** 31 },
      { paid: 1 },
      { note: 1 },
      { tags: ["a", 1] },
      { priority: "slow" },
      { email: undefined },
    ])
      expect(() => peer.order({ ...order, ...broken })).toThrow();
    for (const broken of [{ index: "1" }, { tokenId: null }, { text: 1 }, { logProbability: "0" }, { finish: 1 }])
      expect(() => peer.token({ ...token, ...broken })).toThrow();
  });
});

test("the table shows ratios to the first peer", () => {
  const row = { peer: "zod", shape: "10 fields", task: "check a value", rate: 1_500_000, ratio: 0.5 };
  expect(validatorTable([row])).toContain("| 10 fields | check a value | zod | 1.50 | 0.50 |");
});

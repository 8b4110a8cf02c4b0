import { describe, expect, test } from "bun:test";
import { orders, tokens } from "./samples.ts";
import type { ValidatorPeer } from "./peer.ts";
import { validatorTable } from "./run.ts";

const sample = (texts: readonly string[]): object => JSON.parse(texts[3] ?? "") as object;

const brokenOrders = [
  { id: -1 },
  { id: 2 ** 32 },
  { quantity: 1.5 },
  { quantity: 65536 },
  { discount: 2 ** 31 },
  { price: Number.NaN },
  { price: Infinity },
  { paid: 1 },
  { note: 1 },
  { tags: ["a", 1] },
  { priority: "slow" },
  { email: undefined },
];
const brokenTokens = [
  { index: "1" },
  { tokenId: null },
  { text: 1 },
  { logProbability: "0" },
  { logProbability: 1e39 },
  { finish: 1 },
];
/** Texts with a lone surrogate. */
const loneOrders = [{ customer: "\ud800" }, { note: "a\udc00" }, { tags: ["\ud800"] }];

describe.each(["stator", "zod", "valibot", "typebox", "ajv"])("%s", (name) => {
  test("does the same work as the others", async () => {
    const { peer } = (await import(`./peers/${name}.ts`)) as { peer: ValidatorPeer };
    for (const [checks, texts, broken, lone] of [
      [peer.order, orders, brokenOrders, loneOrders],
      [peer.token, tokens, brokenTokens, [{ text: "\ud800" }]],
    ] as const) {
      for (const text of texts) {
        const value = JSON.parse(text) as unknown;
        expect([checks.check(value), checks.checkAnyText(value)]).toEqual([true, true]);
        expect(checks.parse(value)).toEqual(value);
        expect(checks.decode(text)).toEqual(value);
      }
      for (const change of broken) {
        const value = { ...sample(texts), ...change };
        expect([checks.check(value), checks.checkAnyText(value)]).toEqual([false, false]);
        expect(() => checks.parse(value)).toThrow();
      }
      for (const change of lone) {
        const value = { ...sample(texts), ...change };
        expect([checks.check(value), checks.checkAnyText(value)]).toEqual([false, name !== "stator"]);
        expect(() => checks.parse(value)).toThrow();
        expect(() => checks.decode(JSON.stringify(value))).toThrow();
      }
    }
  });

  test("drops unknown keys and fills in defaults, in a new object", async () => {
    const { peer } = (await import(`./peers/${name}.ts`)) as { peer: ValidatorPeer };
    const { note: _, ...order } = JSON.parse(orders[1] ?? "") as { note: unknown };
    const { finish: __, ...token } = JSON.parse(tokens[1] ?? "") as { finish: unknown };
    const given = Object.freeze({ ...order, more: 1 });
    const whole = Object.freeze({ ...order, note: null });
    expect(peer.order.parse(given)).toEqual({ ...order, note: null });
    expect(peer.order.parse(whole)).not.toBe(whole);
    expect(peer.order.decode(JSON.stringify(given))).toEqual({ ...order, note: null });
    expect(peer.token.parse({ ...token, more: 1 })).toEqual({ ...token, finish: null });
  });
});

test("the table shows rates and shares of the first peer, and apart from them what is no equal work", () => {
  const row = { peer: "stator", shape: "10 fields", task: "check", rate: 3_000_000, ratio: 1 };
  const zod = { ...row, peer: "zod", rate: 1_500_000, ratio: 0.5 };
  const text = validatorTable([row, zod, { ...row, task: "check any text" }]);
  const [equal, less] = text.split("Where the others");
  expect(equal).toContain("| check, 10 fields | 3.00 (1.00) | 1.50 (0.50) |");
  expect(equal).not.toContain("any text");
  expect(less).toContain("| check any text, 10 fields | 3.00 (1.00) |");
});

import { expect, test } from "bun:test";

import { stub, testService } from "@stator/sdk/testing";

import { Orders, Payments, Stock } from "./shop.ts";

test("an order is paid for, and then taken from the stock", async () => {
  const replace = [stub(Payments, { charge: () => true }), stub(Stock, { take: () => 7 })];
  await using orders = await testService(Orders, { replace });
  expect(await orders.client.place({ id: "1", item: "tea", count: 3 })).toBe("3 tea on the way, 7 left");
});

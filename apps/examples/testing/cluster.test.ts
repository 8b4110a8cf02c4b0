import { expect, test } from "bun:test";

import { testCluster } from "@stator/sdk/testing";

import { Orders, Payments, Stock } from "./shop.ts";

test("an order goes through all services, and what is not there is not sold", async () => {
  await using shop = await testCluster(Orders, { instances: { Payments: 2 } });
  const { place } = shop.client(Orders);
  expect(await place({ id: "1", item: "tea", count: 8 })).toBe("8 tea on the way, 2 left");
  expect(place({ id: "2", item: "tea", count: 3 })).rejects.toMatchObject({ code: "conflict" });
  expect(shop.calls.to(Stock, "take").map(({ status, error }) => error?.message ?? status)).toEqual([
    "answered",
    "There is not enough tea.",
  ]);
  // Each payment went to another instance, whose object can be looked at.
  const [first, second] = shop.calls.to(Payments, "charge");
  expect(first).toMatchObject({ caller: "Orders#1", request: { id: "1", item: "tea", count: 8 }, response: true });
  expect(second?.instance).not.toBe(first?.instance);
  expect(
    shop
      .instances(Payments)
      .flatMap(({ service }) => [...service.paid])
      .toSorted(),
  ).toEqual(["1", "2"]);
});

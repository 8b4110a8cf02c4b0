import { expect, test } from "bun:test";

import { testCluster } from "@stator/sdk/testing";

import { Orders, Payments, Stock } from "./shop.ts";

const order = { id: "1", item: "tea", count: 4 };

test("a payment that arrives twice is made once; tea that is taken twice is gone", async () => {
  await using shop = await testCluster(Orders);
  const twice = shop.on(Payments, "charge").duplicate();
  expect(await shop.client(Orders).place(order)).toBe("4 tea on the way, 6 left");
  await shop.settled();
  expect(twice.hits).toBe(1);
  const made = shop.calls.to(Payments, "charge").filter(({ response }) => response === true);
  expect(made).toHaveLength(1);
  shop.on(Stock, "take", { from: Orders }).duplicate({ times: 1 });
  expect(await shop.client(Orders).place(order)).toBe("4 tea on the way, 2 left");
  await shop.settled();
  // The second time there was not enough.
  expect(shop.calls.to(Stock, "take").map(({ status }) => status)).toEqual(["answered", "answered", "failed"]);
});

test("payments may be killed: they are asked for elsewhere, because that does no harm", async () => {
  await using shop = await testCluster(Orders, { instances: { Payments: 2 } });
  shop.on(Payments, "charge").drop({ times: 1 });
  const arrived = shop.calls.next(Payments, "charge");
  const placed = shop.client(Orders).place(order);
  await shop.instance(Payments, await arrived).kill();
  expect(await placed).toBe("4 tea on the way, 6 left");
  expect(shop.calls.to(Payments, "charge").map(({ status }) => status)).toEqual(["left", "answered"]);
});

test("a network that breaks, and heals", async () => {
  await using shop = await testCluster(Orders);
  const apart = await shop.partition(Orders, Stock);
  expect(shop.client(Orders).place(order)).rejects.toMatchObject({ code: "unavailable" });
  await apart.heal();
  expect(await shop.client(Orders).place(order)).toBe("4 tea on the way, 6 left");
});

test("a lease that is lost hides a service; what it has taken goes on", async () => {
  await using shop = await testCluster(Orders);
  const stock = shop.instance(Stock);
  await stock.loseLease();
  expect(shop.client(Orders).place(order)).rejects.toMatchObject({ code: "no_instances" });
  await stock.renewLease();
  expect(await shop.client(Orders).place(order)).toBe("4 tea on the way, 6 left");
});

import { expect, test } from "bun:test";

import { testCluster } from "@stator/sdk/testing";

import { Orders, Payments } from "./shop.ts";

const order = { id: "1", item: "tea", count: 1 };

test("an order moves on every hour", async () => {
  await using shop = await testCluster(Orders, { clock: "fake" });
  const places = Array.fromAsync(shop.client(Orders).track("1"));
  await shop.clock.advance(2 * 3_600_000);
  expect(shop.calls.to(Orders, "track")).toMatchObject([{ items: ["packed", "on the road", "at the door"] }]);
  await shop.clock.advance(3_600_000);
  expect(await places).toHaveLength(3);
});

test("a payment that is lost fails when its time is up", async () => {
  await using shop = await testCluster(Orders, { clock: "fake" });
  shop.on(Payments, "charge").drop({ times: 1 });
  const placed = shop.client(Orders).place(order);
  await shop.clock.advance(2000);
  expect(placed).rejects.toMatchObject({ code: "deadline_exceeded" });
  expect(await shop.client(Orders).place(order)).toBe("1 tea on the way, 9 left");
});

test("after three failures payments are left alone for half a minute", async () => {
  await using shop = await testCluster(Orders, { clock: "fake" });
  using failing = shop.on(Payments).fail("internal");
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(shop.client(Orders).place(order)).rejects.toMatchObject({ code: "internal" });
  }
  failing.remove();
  const early = shop.client(Orders).place(order);
  // Its retries come too early, too.
  await shop.clock.advance(29_000);
  expect(early).rejects.toMatchObject({ code: "unavailable" });
  await shop.clock.advance(1000);
  expect(await shop.client(Orders).place(order)).toBe("1 tea on the way, 9 left");
});

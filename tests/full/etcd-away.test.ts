import { expect, test } from "bun:test";

import { until } from "../support/command.ts";
import { EtcdCluster, timed } from "../support/etcd-cluster.ts";

/** Twice the default lease. */
const AWAY_MS = 60_000;

test("etcd stopped for 60 s under load, with the default lease: no call is lost, nobody is forgotten", async () => {
  await using cluster = await EtcdCluster.start(30);
  const { client, etcd, first } = cluster;
  const running = await cluster.stream(1400, 50);
  let calls = 0;
  let over = false;
  const load = (async () => {
    while (!over) {
      expect(await cluster.call()).toBe(first);
      calls++;
      await Bun.sleep(10);
    }
  })();
  await etcd.process.kill();
  const until60 = Date.now() + AWAY_MS;
  while (Date.now() < until60) {
    expect(client.instanceIds()).toEqual([first]);
    await Bun.sleep(100);
  }
  await etcd.process.start();
  await timed("stopped for 60 s and started, until a change of the lease is seen", async () => {
    await cluster.eye.leaseClient.leaseRevoke({ ID: first.toString() });
    over = true;
    await load;
    await cluster.healed(first);
  });
  expect(calls).toBeGreaterThan(1000);
  expect(await running.items).toBe(1400);
});

test("etcd paused for twice the default lease: one living id in the end, streams end well", async () => {
  await using cluster = await EtcdCluster.start(30);
  const running = await cluster.stream(1400, 50);
  cluster.etcd.process.pause();
  await Bun.sleep(AWAY_MS);
  expect(await cluster.call()).toBe(cluster.first);
  cluster.etcd.process.resume();
  await timed("paused for 60 s (lease 30 s) and resumed, until one living id is seen", () =>
    until(async () => {
      const keys = await cluster.eye.getAll().prefix("v1/instances/").keys();
      const ids = cluster.client.instanceIds();
      return keys.length === 1 && ids.length === 1 && ids[0] === cluster.workerId && cluster.workerId !== 0n;
    }, "one living id is seen"),
  );
  expect(await cluster.call()).toBe(cluster.workerId);
  expect(await running.items).toBe(1400);
});

import { expect, test } from "bun:test";

import { until } from "../support/command.ts";
import { BUCKET, EtcdCluster, timed } from "../support/etcd-cluster.ts";

test("etcd stopped for longer than the lease and started: calls and streams go on, nobody is forgotten", async () => {
  await using cluster = await EtcdCluster.start();
  const { etcd, client, first } = cluster;
  const running = await cluster.stream(100, 50);
  expect(await cluster.health()).toBe("connected");
  await etcd.process.kill();
  await until(async () => (await cluster.health()) === "degraded", "health says so");
  await Bun.sleep(4000);
  expect(client.instanceIds()).toEqual([first]);
  expect(await cluster.call()).toBe(first);
  await etcd.process.start();
  await timed("stopped for 4 s and started, until a new worker is seen", async () => {
    const key = `${BUCKET}etcd/worker/run/1`;
    const record = { type: "Endpoint", namespace: "etcd", component: "worker", endpoint: "run", instance_id: 1 };
    const stator = { address: "127.0.0.1:1", versions: [1, 1] };
    await cluster.eye.put(key).value(JSON.stringify({ ...record, transport: {}, stator }));
    await until(() => client.instanceIds().length === 2, "the new worker is seen");
    await cluster.eye.delete().key(key);
    await until(() => client.instanceIds().length === 1, "it has gone");
  });
  await until(async () => (await cluster.health()) === "connected", "health says so");
  expect(cluster.workerId).toBe(first);
  expect(await cluster.call()).toBe(first);
  expect(await running.items).toBe(100);
});

test("etcd paused past the lease: its worker is there in the end, under one id, and streams end well", async () => {
  await using cluster = await EtcdCluster.start();
  const running = await cluster.stream(100, 50);
  cluster.etcd.process.pause();
  await Bun.sleep(4000);
  expect(await cluster.call()).toBe(cluster.first);
  cluster.etcd.process.resume();
  await timed("paused for 4 s (lease 2 s) and resumed, until one living id is seen", async () => {
    // Whether etcd counts the standstill is its own business: the old lease lives on, or there is a new one.
    await until(async () => {
      const keys = await cluster.eye.getAll().prefix(BUCKET).keys();
      const ids = cluster.client.instanceIds();
      const alive = keys.length === 1 && keys[0]?.endsWith(`/${cluster.workerId.toString(16)}`) === true;
      return alive && ids.length === 1 && ids[0] === cluster.workerId;
    }, "one living id is seen");
  });
  expect(await cluster.call()).toBe(cluster.workerId);
  expect(await running.items).toBe(100);
});

test("etcd's data wiped: everybody registers again without a restart, and streams end well", async () => {
  await using cluster = await EtcdCluster.start();
  const running = await cluster.stream(60, 50);
  await cluster.etcd.wipe();
  const id = await timed("wiped, until the worker is seen again", () => cluster.healed(cluster.first));
  expect(await cluster.call()).toBe(id);
  expect(await cluster.eye.getAll().prefix(BUCKET).keys()).toEqual([`${BUCKET}etcd/worker/run/${id.toString(16)}`]);
  expect(await running.items).toBe(60);
});

test("a lease revoked by hand: the worker takes another one, the stream that it serves keeps the id it began with", async () => {
  await using cluster = await EtcdCluster.start();
  const { client, first } = cluster;
  const running = client.generate({ count: 40, gapMs: 50 })[Symbol.asyncIterator]();
  expect((await running.next()).value).toBe(first.toString());
  const changes: bigint[][] = [];
  const listening = cluster.runtime.onInstanceId((id, old) => changes.push([id, old]));
  const own = cluster.runtime.instanceId;
  for (const id of [first, own]) {
    await cluster.eye.leaseClient.leaseRevoke({ ID: id.toString() });
  }
  const id = await timed("revoked, until the worker is seen again", () => cluster.healed(first));
  await until(() => cluster.runtime.instanceId !== own, "this runtime has another id too");
  expect(changes).toEqual([[cluster.runtime.instanceId, own]]);
  listening[Symbol.dispose]();
  expect(await cluster.call()).toBe(id);
  const rest = await Array.fromAsync({ [Symbol.asyncIterator]: () => running });
  expect(rest).toEqual(Array.from({ length: 39 }, () => first.toString()));
});

test("a worker that was suspended past its lease vanishes, and comes back under another id", async () => {
  await using cluster = await EtcdCluster.start();
  const running = await cluster.stream(40, 50);
  cluster.worker.signal("SIGSTOP");
  await timed("worker suspended (lease 2 s), until it has vanished", () =>
    until(() => cluster.client.instanceIds().length === 0, "it has vanished"),
  );
  cluster.worker.signal("SIGCONT");
  const id = await timed("worker resumed, until it is seen again", () => cluster.healed(cluster.first));
  expect(await cluster.call()).toBe(id);
  expect(await running.items).toBe(40);
});

test("revisions compacted under a running watch: later changes are seen", async () => {
  await using cluster = await EtcdCluster.start();
  const { eye, client } = cluster;
  for (let n = 0; n < 50; n++) await eye.put("unrelated").value(n);
  const { header } = await eye.get("unrelated").exec();
  await eye.kv.compact({ revision: header.revision, physical: true });
  await cluster.etcd.process.kill();
  await cluster.etcd.process.start();
  await eye.leaseClient.leaseRevoke({ ID: cluster.first.toString() });
  const id = await timed("compacted and restarted, lease revoked, until the worker is seen again", () =>
    cluster.healed(cluster.first),
  );
  expect(client.instanceIds()).toEqual([id]);
  expect(await cluster.call()).toBe(id);
});

test("a worker that stops is gone long before its lease would end", async () => {
  await using cluster = await EtcdCluster.start(600);
  cluster.worker.signal("SIGTERM");
  await timed("graceful stop (lease 600 s), until it is seen", () =>
    until(() => cluster.client.instanceIds().length === 0, "it has gone"),
  );
  expect(await cluster.worker.exited).toBe(0);
  expect(await cluster.eye.getAll().prefix(BUCKET).keys()).toEqual([]);
});

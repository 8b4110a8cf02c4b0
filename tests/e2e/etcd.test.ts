import { expect, test } from "bun:test";

import { DistributedRuntime, StatorError } from "@stator/runtime-native";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { streamWords } from "../../scripts/lib/stream-words.ts";
import { Command, until } from "../support/command.ts";
import { BUCKET, EtcdCluster } from "../support/etcd-cluster.ts";
import { Graph } from "../support/graph.ts";

test("what the core wrote is what another client reads: key, record, lease", async () => {
  await using cluster = await EtcdCluster.start();
  const { eye, first } = cluster;
  const { kvs } = await eye.getAll().prefix("").exec();
  expect(kvs).toHaveLength(1);
  const [record] = kvs;
  expect(String(record?.key)).toBe(`${BUCKET}etcd/worker/run/${first.toString(16)}`);
  expect(record?.lease).toBe(first.toString());
  const text = String(record?.value);
  expect(text).toContain(`"instance_id":${first},`);
  const [instance] = cluster.client.instances();
  expect(JSON.parse(text)).toMatchObject({
    type: "Endpoint",
    namespace: "etcd",
    component: "worker",
    endpoint: "run",
    transport: { tcp: `${instance?.address}/${first.toString(16)}/etcd/worker/run` },
    stator: { address: instance?.address, idempotent: false },
  });
  expect((await eye.leaseClient.leaseTimeToLive({ ID: first.toString() })).grantedTTL).toBe("2");
});

test("what another client wrote is what the core reads, ids beyond 2^53 and foreign fields included", async () => {
  await using cluster = await EtcdCluster.start();
  const { eye, client, first } = cluster;
  const lease = eye.lease(60);
  const put = (id: bigint, rest: string) =>
    lease.put(`${BUCKET}etcd/worker/run/${id.toString(16)}`).value(recordText(id, rest));
  const id = (1n << 64n) - 1n;
  const future = `"device_type":"cuda","request_plane_codec":"future","unknown":{"a":[1]}`;
  await put(
    id,
    `"transport":{"quic":"x","tcp":"127.0.0.1:1/x"},${future},"stator":{"address":"127.0.0.1:1","versions":[1,9]}`,
  );
  await until(() => client.instanceIds().length === 2, "it is seen");
  expect(client.instanceIds()).toEqual([first, id]);
  // One that only the original's own clients can call is no instance for us, and does no harm.
  await put(7n, `"transport":{"nats_tcp":"etcd_worker.run-7"}`);
  await put(8n, `"transport":"nonsense"`);
  await put(9n, `"transport":{},"stator":{"address":"127.0.0.1:1","versions":[1,1]}`);
  await until(() => client.instanceIds().includes(9n), "what came after it is seen");
  expect(client.instanceIds()).toEqual([9n, first, id]);
  expect(BigInt(await client.direct({ count: 1, gapMs: 0 }, first).one())).toBe(first);
  await lease.revoke();
  await until(() => client.instanceIds().length === 1, "they went with their lease");
  expect(client.instanceIds()).toEqual([first]);
});

test("the graph of the example runs on etcd by the environment alone", async () => {
  await using etcd = await Etcd.start();
  await using graph = await Graph.start("apps/examples/hello-world/frontend.ts#Frontend", ["--Backend.workers=2"], {
    ETCD_ENDPOINTS: etcd.endpoint,
  });
  const words = await Array.fromAsync(streamWords(graph.url, "three small words"));
  expect(words.map((word) => word.text)).toEqual(["three", "small", "words"]);
  const keys = await fetch(`${etcd.endpoint}/v3/kv/range`, {
    method: "POST",
    body: JSON.stringify({ key: btoa(BUCKET), range_end: btoa("v1/instances0"), keys_only: true }),
  });
  const { kvs } = (await keys.json()) as { kvs: { key: string }[] };
  const services = kvs.map(({ key }) => atob(key).split("/").slice(2, 5).join("."));
  expect(services.toSorted()).toEqual([
    "hello.backend.generate",
    "hello.backend.generate",
    "hello.frontend.generate",
    "hello.middle.generate",
  ]);
  expect(graph.command.text).toContain("discovery goes through etcd, because its endpoints are set");
  expect(await graph.stop()).toBe(0);
});

test("a process that says so itself is told nothing", async () => {
  await using etcd = await Etcd.start();
  const environment = { ETCD_ENDPOINTS: etcd.endpoint, DYN_DISCOVERY_BACKEND: "etcd" };
  await using worker = new Command(["tests/e2e/fixtures/etcd-worker.ts"], environment);
  await worker.line(/^ready/);
  expect(worker.output).toHaveLength(1);
});

test("an etcd that is not there, or wants a password, is a typed error", async () => {
  const nobody = await failure({ etcdEndpoints: "http://127.0.0.1:1" });
  expect(nobody).toBeInstanceOf(StatorError);
  expect(nobody.code).toBe("discovery");
  expect(nobody.message).toContain("http://127.0.0.1:1");
  await using etcd = await Etcd.start();
  const user = { etcdEndpoints: etcd.endpoint, etcdUsername: "root", etcdPassword: "hunter2" };
  const refused = await failure(user);
  expect(refused.code).toBe("permission_denied");
  expect(refused.message).toContain("ETCD_AUTH_PASSWORD");
  expect(refused.message).not.toContain("hunter2");
  const unreadable = await failure({ etcdEndpoints: "https://127.0.0.1:1", etcdCa: "/no/such/ca.pem" });
  expect(unreadable.code).toBe("invalid_argument");
  expect(unreadable.message).toContain("/no/such/ca.pem");
});

/** A record as another program would write it. */
function recordText(id: bigint, rest: string): string {
  return `{"type":"Endpoint","namespace":"etcd","component":"worker","endpoint":"run","instance_id":${id},${rest}}`;
}

/** Why a runtime cannot join. */
async function failure(options: object): Promise<StatorError> {
  const create = DistributedRuntime.create({ discovery: "etcd", etcdStartupTimeoutMs: 0, ...options });
  return await create.then(
    () => Promise.reject(new Error("it joined")),
    (error: unknown) => error as StatorError,
  );
}

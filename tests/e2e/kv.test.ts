import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Etcd3 } from "etcd3";

import { DistributedRuntime } from "@stator/runtime-native";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Command, within } from "../support/command.ts";

const HOLDER = "tests/e2e/fixtures/kv-holder.ts";

let etcd: Etcd;
const folders: string[] = [];
beforeAll(async () => {
  etcd = await Etcd.start();
});
afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function freshFolder(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "stator-kv-"));
  folders.push(folder);
  return { DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: folder };
}

const PLACES = {
  file: freshFolder,
  etcd: (): Record<string, string> => ({ DYN_DISCOVERY_BACKEND: "etcd", ETCD_ENDPOINTS: etcd.endpoint }),
};

function joined(environment: Record<string, string>): Promise<DistributedRuntime> {
  return environment["ETCD_ENDPOINTS"] === undefined
    ? DistributedRuntime.create({ discovery: "file", filePath: environment["DYN_FILE_KV"] })
    : DistributedRuntime.create({ discovery: "etcd", etcdEndpoints: environment["ETCD_ENDPOINTS"] });
}

describe.each(["file", "etcd"] as const)("processes that share a store in %s", (kind) => {
  test("a holder that is suspended past its lease is refused by its fencing token", async () => {
    const environment = PLACES[kind]();
    await using runtime = await joined(environment);
    await using holder = new Command([HOLDER, "lock"], environment);
    const [, stale = ""] = await holder.line(/^held (\d+)$/);
    holder.signal("SIGUSR2");
    await holder.line(/^wrote$/);
    holder.signal("SIGSTOP");
    await using lock = await within(runtime.kv.lock("work", { ttlMs: 2000 }), "the lock of the suspended holder");
    expect(lock.token).toBeGreaterThan(BigInt(stale));
    await runtime.kv.put("result", "fresh", { guard: lock });
    holder.signal("SIGUSR2");
    holder.signal("SIGCONT");
    await holder.line(/^refused conflict$/);
    await holder.line(/^lost conflict$/);
    expect((await runtime.kv.get("result"))?.json<string>()).toBe("fresh");
    expect(lock.signal.aborted).toBeFalse();
    holder.signal("SIGTERM");
    expect(await holder.exited).toBe(0);
  });

  test("a leader that is killed is followed by the next one, and one that stops is at once", async () => {
    const environment = PLACES[kind]();
    await using runtime = await joined(environment);
    const leaders = runtime.kv.observe("work");
    expect((await leaders.next()).value).toBeNull();
    await using first = new Command([HOLDER, "elect"], environment);
    await first.line(/^held/);
    expect((await leaders.next()).value?.json<unknown>()).toEqual({ pid: first.pid });
    const campaign = runtime.kv.elect("work", { value: "me", ttlMs: 2000 });
    first.signal("SIGKILL");
    await first.exited;
    const leadership = await within(campaign, "the leadership of the killed one");
    expect((await leaders.next()).value?.json<unknown>()).toBe("me");
    await using second = new Command([HOLDER, "elect", "60000"], environment);
    await leadership.resign();
    await second.line(/^held/);
    while (((await leaders.next()).value?.json<{ pid?: number }>() ?? {}).pid !== second.pid);
    // Its lease would last a minute.
    const next = runtime.kv.elect("work");
    second.signal("SIGTERM");
    await using _ = await within(next, "the leadership of the one that stopped");
    expect(await second.exited).toBe(0);
    await leaders.return();
  });
});

test("what the core wrote is what another client of etcd reads, and the reverse", async () => {
  using eye = new Closed(new Etcd3({ hosts: etcd.endpoint }));
  const { client } = eye;
  await using runtime = await joined(PLACES.etcd());
  const { kv } = runtime;
  const revision = await kv.put("eye/json", { a: [1, "\u{1F600}"] });
  await kv.put("eye/bytes", new Uint8Array([0, 255, 10]));
  const { kvs } = await client.getAll().prefix("stator/kv/eye/").exec();
  expect(kvs.map(({ key, value }) => [String(key), value.toString("hex")])).toEqual([
    ["stator/kv/eye/bytes", "00ff0a"],
    ["stator/kv/eye/json", Buffer.from('{"a":[1,"\u{1F600}"]}').toString("hex")],
  ]);
  expect(kvs[1]?.mod_revision).toBe(revision.toString());

  await using watch = kv.watch("eye/", { initial: false });
  await watch.ready;
  await client.put("stator/kv/eye/theirs").value(Buffer.from([1, 2, 254]));
  await client.delete().key("stator/kv/eye/json");
  const put = (await watch.next()).value;
  expect(put).toMatchObject({ type: "put", key: "eye/theirs", cause: "change" });
  expect(put?.type === "put" && [...put.entry.value]).toEqual([1, 2, 254]);
  expect((await watch.next()).value).toMatchObject({ type: "delete", key: "eye/json" });

  // A transaction of theirs and one of ours keep each other's conditions.
  const entry = await kv.get("eye/theirs");
  const swap = await client
    .if("stator/kv/eye/theirs", "Mod", "==", String(entry?.revision))
    .then(client.put("stator/kv/eye/theirs").value("3"))
    .commit();
  expect(swap.succeeded).toBeTrue();
  const late = await kv.compareAndSwap("eye/theirs", entry?.revision ?? null, 4);
  expect(late.swapped ? null : late.current?.json<number>()).toBe(3);

  // A lock of ours is a key with a lease, as create revision and token say.
  await using lock = await kv.lock("eye", { ttlMs: 5000 });
  const claims = await client.getAll().prefix("stator/locks/").exec();
  const claim = claims.kvs.find(({ key }) => String(key) === `stator/${lock.key}`);
  expect(claim?.create_revision).toBe(lock.token.toString());
  const lease = await client.leaseClient.leaseTimeToLive({ ID: claim?.lease ?? "0" });
  expect(lease.grantedTTL).toBe("5");
  const lost = new Promise((resolve) => lock.signal.addEventListener("abort", resolve));
  await client.leaseClient.leaseRevoke({ ID: claim?.lease ?? "0" });
  await within(lost, "the loss of the lock");
  expect(lock.isHeld).toBeFalse();
});

/** A client of etcd that is closed at the end of the block. */
class Closed implements Disposable {
  constructor(readonly client: Etcd3) {}

  [Symbol.dispose](): void {
    this.client.close();
  }
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { z } from "zod";

import { Etcd } from "../../../scripts/lib/servers/etcd.ts";
import { DistributedRuntime, type KvEvent, type RuntimeOptions } from "../src/index.ts";
import { failure } from "./support/failure.ts";

let etcd: Etcd;
const folder = mkdtempSync(join(tmpdir(), "stator-kv-"));
beforeAll(async () => {
  etcd = await Etcd.start();
});
afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const PLACES: Record<"memory" | "file" | "etcd", () => RuntimeOptions> = {
  memory: () => ({ discovery: "memory" }),
  file: () => ({ discovery: "memory", kv: "file", filePath: folder }),
  etcd: () => ({ discovery: "memory", kv: "etcd", etcdEndpoints: etcd.endpoint }),
};

let number = 0;

/** A prefix that no other test uses. */
function fresh(): string {
  return `test${++number}/`;
}

describe.each(["memory", "file", "etcd"] as const)("the store in %s", (place) => {
  const create = (): Promise<DistributedRuntime> => DistributedRuntime.create(PLACES[place]());

  test("keeps bytes and JSON as they are", async () => {
    await using one = await create();
    await using two = await create();
    const at = fresh();
    expect(await two.kv.get(`${at}a`)).toBeNull();
    const values = [null, 0, "text", { a: [1, { b: "\u{1F600}" }] }, 2n ** 63n];
    for (const value of values) {
      const revision = await one.kv.put(`${at}a`, value);
      const entry = await two.kv.get(`${at}a`);
      expect(entry?.json<unknown>()).toEqual(value);
      expect(entry?.revision).toBe(revision);
    }
    for (const bytes of [[], [0, 255, 128], [0xef, 0xbb, 0xbf, 65], [10, 123]]) {
      await one.kv.put(`${at}a`, new Uint8Array(bytes));
      const entry = await two.kv.get(`${at}a`);
      expect([...(entry?.value ?? [])]).toEqual(bytes);
    }
    await one.kv.put(`${at}a`, new Uint8Array([255]));
    const binary = await two.kv.get(`${at}a`);
    expect(() => binary?.json()).toThrow(expect.objectContaining({ code: "invalid_response" }));
    expect(await one.kv.delete(`${at}a`)).toBeTrue();
    expect(await one.kv.delete(`${at}a`)).toBeFalse();
  });

  test("swaps only what it compared", async () => {
    await using runtime = await create();
    const { kv } = runtime;
    const key = `${fresh()}a`;
    const first = await kv.compareAndSwap(key, null, 1);
    expect(first.swapped).toBeTrue();
    const again = await kv.compareAndSwap(key, null, 2);
    expect(again.swapped ? null : again.current?.json<number>()).toBe(1);
    const revision = first.swapped ? first.revision : 0n;
    expect((await kv.compareAndSwap(key, revision, 3)).swapped).toBeTrue();
    expect(await kv.compareAndSwap(`${key}b`, revision, 3)).toEqual({ swapped: false, current: null });
    expect(await kv.delete(key, { revision })).toBeFalse();
    expect((await kv.get(key))?.json<number>()).toBe(3);
  });

  test("lists by pages", async () => {
    await using runtime = await create();
    const { kv } = runtime;
    const at = fresh();
    for (const name of ["c", "a", "b", "a/b"]) await kv.put(at + name, name);
    const page = await kv.list(at, { limit: 3 });
    expect(page.entries.map(({ key }) => key)).toEqual(["a", "a/b", "b"].map((name) => at + name));
    expect(page.next).toBe(`${at}b`);
    const rest = await kv.list(at, { limit: 3, after: page.next ?? "" });
    expect([rest.entries.map((entry) => entry.json<string>()), rest.next]).toEqual([["c"], null]);
    expect((await Array.fromAsync(kv.entries(at))).map((entry) => entry.json<string>())).toEqual([
      "a",
      "a/b",
      "b",
      "c",
    ]);
  });

  test("tells a watch what is there, then each change", async () => {
    await using writer = await create();
    await using reader = await create();
    const at = fresh();
    await writer.kv.put(`${at}a`, 1);
    const told: string[] = [];
    await using later = reader.kv.watch(at, { initial: false });
    await later.ready;
    await using watch = reader.kv.watch(at);
    const show = (event: KvEvent): string =>
      `${event.cause} ${event.key.slice(at.length)} ${event.type === "put" ? event.entry.text() : "gone"}`;
    for await (const event of watch) {
      told.push(show(event));
      if (told.length === 1) {
        await writer.kv.put(`${at}b`, 2);
        await writer.kv.put(`${at}a`, 3);
        await writer.kv.delete(`${at}b`);
      }
      if (told.length === 4) break;
    }
    expect(told).toEqual(["initial a 1", "change b 2", "change a 3", "change b gone"]);
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    const first = await later.next();
    expect(first.done === true ? "" : show(first.value)).toBe("change b 2");
  });

  test("ends a watch by its signal, by return(), and with the runtime", async () => {
    await using other = await create();
    await using runtime = await create();
    const controller = new AbortController();
    const aborted = runtime.kv.watch(fresh(), { signal: controller.signal });
    const pending = failure(aborted.next());
    await aborted.ready;
    controller.abort();
    expect((await pending).code).toBe("cancelled");
    expect((await failure(runtime.kv.watch("", { signal: controller.signal }).ready)).code).toBe("cancelled");
    const returned = runtime.kv.watch(fresh());
    const next = returned.next();
    await returned.return();
    expect(await next).toEqual({ done: true, value: undefined });
    const left = failure(runtime.kv.watch(fresh()).next());
    await runtime.shutdown();
    expect((await left).code).toBe("shutting_down");
    expect((await failure(runtime.kv.get("a"))).code).toBe("shutting_down");
    expect(await other.kv.get(fresh())).toBeNull();
  });

  test("checks values by a schema", async () => {
    await using runtime = await create();
    const { kv } = runtime;
    const key = `${fresh()}a`;
    const Limits = z.object({ perSecond: z.number().int().positive(), burst: z.number().default(5) });
    await kv.put(key, { perSecond: 10 }, { schema: Limits });
    const entry = await kv.get(key);
    expect(entry?.json<unknown>()).toEqual({ perSecond: 10, burst: 5 });
    expect(await entry?.parse(Limits)).toEqual({ perSecond: 10, burst: 5 });
    const refused = await failure(kv.put(key, { perSecond: -1 }, { schema: Limits }));
    expect([refused.code, refused.message]).toEqual(["invalid_argument", expect.stringContaining("perSecond")]);
    await kv.put(key, { perSecond: "10" });
    const misfit = await failure((await kv.get(key))?.parse(Limits) ?? Promise.resolve());
    expect(misfit.code).toBe("invalid_response");
    expect(misfit.details).toMatchObject({ issues: [{ path: "perSecond" }] });
  });

  test("binds keys to leases, and gives up what a runtime holds when it shuts down", async () => {
    await using other = await create();
    const at = fresh();
    const runtime = await create();
    const lease = await runtime.kv.lease({ ttlMs: 60_000 });
    await runtime.kv.put(`${at}a`, 1, { lease });
    await runtime.kv.put(`${at}b`, 1, { lease });
    const lock = await runtime.kv.lock(at);
    await runtime.kv.put(`${at}c`, 1, { lease: lock });
    await lock.release();
    await lock.release();
    expect(lock.signal.aborted).toBeFalse();
    expect((await other.kv.list(at)).entries.map(({ key }) => key.slice(at.length))).toEqual(["a", "b"]);
    const late = await failure(runtime.kv.put(`${at}d`, 1, { lease: lock }));
    expect(late.code).toBe("conflict");
    await using kept = await runtime.kv.lock(at);
    await runtime.shutdown();
    expect((await other.kv.list(at)).entries).toEqual([]);
    expect([lease.isHeld, kept.isHeld]).toEqual([false, false]);
    await using _ = await other.kv.lock(at, { waitMs: 0 });
  });

  test("serves locks in order, guards writes by them, and lets a wait be given up", async () => {
    await using one = await create();
    await using two = await create();
    const name = fresh();
    const first = await one.kv.lock(name);
    expect((await failure(two.kv.lock(name, { waitMs: 0 }))).code).toBe("deadline_exceeded");
    const controller = new AbortController();
    const abandoned = failure(two.kv.lock(name, { signal: controller.signal }));
    const waiting = two.kv.lock(name);
    controller.abort();
    expect((await abandoned).code).toBe("cancelled");
    await one.kv.put(`${name}a`, 1, { guard: first });
    await first.release();
    await using second = await waiting;
    expect(second.token).toBeGreaterThan(first.token);
    expect((await failure(one.kv.put(`${name}a`, 2, { guard: first }))).code).toBe("conflict");
    expect((await failure(one.kv.compareAndSwap(`${name}b`, null, 2, { guard: first }))).code).toBe("conflict");
    expect((await failure(one.kv.delete(`${name}a`, { guard: first }))).code).toBe("conflict");
    // The token can go to another process.
    await one.kv.put(`${name}a`, 3, { guard: { key: second.key, token: second.token } });
    expect((await one.kv.get(`${name}a`))?.json<number>()).toBe(3);
  });

  test("elects a leader, and tells of the next", async () => {
    await using one = await create();
    await using two = await create();
    const name = fresh();
    expect(await two.kv.leader(name)).toBeNull();
    await using leaders = two.kv.observe(name);
    const seen = async (): Promise<unknown> => {
      const next = await leaders.next();
      return next.done === true ? "the end" : (next.value?.json<unknown>() ?? null);
    };
    const first = await one.kv.elect(name, { value: { id: 1 } });
    let now = await seen();
    if (now === null) now = await seen();
    expect(now).toEqual({ id: 1 });
    const campaign = two.kv.elect(name, { value: { id: 2 } });
    await first.resign();
    await using _ = await campaign;
    expect((await one.kv.leader(name))?.json<unknown>()).toEqual({ id: 2 });
    now = await seen();
    if (now === null) now = await seen();
    expect(now).toEqual({ id: 2 });
  });

  test("refuses what makes no sense", async () => {
    await using runtime = await create();
    const { kv } = runtime;
    const lock = await kv.lock(fresh());
    await lock.release();
    const wrong: (() => Promise<unknown>)[] = [
      () => kv.get(""),
      () => kv.get("a".repeat(513)),
      () => kv.get("\ud800"),
      () => kv.put("a", Number.NaN),
      () => kv.put("a", () => {}),
      () => kv.put("a", { bytes: new Uint8Array(1) }),
      () => kv.put("a", new Map([["b", 1]])),
      () => kv.put("a", 1, { ttlMs: 5 }),
      () => kv.list("", { limit: 0 }),
      () => kv.list("", { limit: 1001 }),
      () => kv.lock("a", { ttlMs: Number.POSITIVE_INFINITY }),
      () => kv.lock("a", { waitMs: -1 }),
      () => kv.lease({ ttlMs: 100 }),
      () => kv.compareAndSwap("a", 5 as unknown as bigint, 1),
      () => kv.compareAndSwap("a", -5n, 1),
      () => kv.lock("a", { signal: {} as AbortSignal }),
      () => kv.watch("\0").ready,
    ];
    for (const [index, work] of wrong.entries()) {
      expect([index, (await failure(work())).code]).toEqual([index, "invalid_argument"]);
    }
    const large = await failure(kv.put("a", new Uint8Array(2 ** 20 + 1)));
    expect(large.code).toBe("payload_too_large");
  });
});

test("an option says where the store is, whatever discovery is", async () => {
  await using runtime = await DistributedRuntime.create({ discovery: "memory", kv: "file", filePath: folder });
  await using other = await DistributedRuntime.create({ discovery: "file", filePath: folder });
  await using apart = await DistributedRuntime.create({ discovery: "memory" });
  const key = `${fresh()}a`;
  await runtime.kv.put(key, 1);
  expect((await other.kv.get(key))?.json<number>()).toBe(1);
  expect(await apart.kv.get(key)).toBeNull();
});

test("a store that cannot be reached fails when it is used, and not before", async () => {
  await using runtime = await DistributedRuntime.create({
    discovery: "memory",
    kv: "etcd",
    etcdEndpoints: "http://127.0.0.1:1",
    etcdRequestTimeoutMs: 200,
  });
  const error = await failure(runtime.kv.get("a"));
  expect([error.code, error.retryable]).toEqual(["discovery", true]);
  expect(error.message).toContain("http://127.0.0.1:1");
});

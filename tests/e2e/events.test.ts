import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";

import { DistributedRuntime, type RuntimeOptions, type StatorError, type Subscription } from "@stator/runtime-native";
import { z } from "zod";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { counter } from "../support/metrics.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-events-"));
const files: RuntimeOptions = { discovery: "file", filePath: folder };
let etcd: Etcd;
let nats: Nats;

beforeAll(async () => {
  [etcd, nats] = await Promise.all([Etcd.start(), Nats.start()]);
});

afterAll(async () => {
  await Promise.all([etcd[Symbol.asyncDispose](), nats[Symbol.asyncDispose]()]);
  rmSync(folder, { recursive: true, force: true });
});

const BACK_ENDS: readonly (readonly [string, () => RuntimeOptions])[] = [
  ["memory", () => ({ discovery: "memory" })],
  ["zmq, found through files", () => ({ ...files, eventPlane: "zmq" })],
  ["zmq, found through etcd", () => ({ discovery: "etcd", etcdEndpoints: etcd.endpoint, etcdLeaseTtlMs: 2000 })],
  ["nats", () => ({ ...files, eventPlane: "nats", natsServer: nats.url })],
];

/** What the first event of a topic says: it makes the publisher, and who subscribes at that time may see it or not. */
const FIRST = "for nobody";

/** The next `count` payloads, the first event of the topic aside. */
async function take<T>(events: AsyncIterator<{ payload: T }, undefined>, count: number): Promise<T[]> {
  const payloads: T[] = [];
  while (payloads.length < count) {
    const next = await within(events.next(), `event ${payloads.length + 1} of ${count}`);
    if (next.done === true) throw new Error(`The subscription ended after ${payloads.length} events.`);
    if (next.value.payload !== FIRST) payloads.push(next.value.payload);
  }
  return payloads;
}

/** A subscription that its publishers know. */
async function begun<T>(subscription: Subscription<T>): Promise<Subscription<T>> {
  await within(subscription.ready, "the subscription to begin");
  return subscription;
}

let names = 0;

describe.each(BACK_ENDS)("events over %s", (_, options) => {
  const runtimes: DistributedRuntime[] = [];

  async function runtime(more: RuntimeOptions = {}): Promise<DistributedRuntime> {
    const made = await DistributedRuntime.create({ ...options(), ...more });
    runtimes.push(made);
    return made;
  }

  /** A publisher and a subscriber that do not know each other, and a namespace that nobody has used. */
  async function pair(): Promise<[DistributedRuntime, DistributedRuntime, string]> {
    return [await runtime(), await runtime({ systemPort: 0 }), `events${++names}`];
  }

  afterEach(async () => {
    await Promise.all(runtimes.splice(0).map((made) => made.shutdown()));
  });

  test("arrive whole and in order, whatever they are", async () => {
    const [publisher, subscriber, name] = await pair();
    const from = publisher.endpoint(`${name}.backend.generate`);
    await from.publish("kv-events", FIRST);
    const subscription = await begun(subscriber.endpoint(`${name}.backend.generate`).subscribe<unknown>("kv-events"));
    const values = [
      null,
      true,
      -1,
      0.5,
      2n ** 64n - 1n,
      "ünïcode \u{1f600}",
      [1, [2, []]],
      { a: { b: [null, {}] } },
      new Uint8Array([0, 255, 7]),
      { inside: [new Uint8Array([1]), new Map([[7, "seven"]])] },
      "x".repeat(200_000),
    ];
    for (const value of values) await from.publish("kv-events", value);
    expect(await take(subscription[Symbol.asyncIterator](), values.length)).toEqual(values);
  });

  test("say who published them, and count without a gap", async () => {
    const [publisher, subscriber, name] = await pair();
    const from = publisher.namespace(name).component("backend");
    await from.publish("topic", FIRST);
    const subscription = await begun(
      subscriber.namespace(name).component("backend").subscribe<number | string>("topic"),
    );
    const before = Date.now();
    const published = [];
    for (let number = 1; number <= 500; number++) published.push(from.publish("topic", number));
    await Promise.all(published);
    const ids = new Set<bigint>();
    let expected = 1n;
    for await (const event of subscription) {
      if (event.payload === FIRST) continue;
      expect(event.sequence).toBe(expected);
      expect(BigInt(event.payload)).toBe(expected);
      expect(event.topic).toBe("topic");
      expect(event.publishedAt).toBeGreaterThanOrEqual(before);
      ids.add(event.publisherId);
      if (expected++ === 500n) break;
    }
    const [id = 0n, ...others] = ids;
    expect(others).toEqual([]);
    expect(id > 0n && id < 2n ** 53n).toBe(true);
  });

  test("reach the subscribers of their scope and topic, and no others", async () => {
    const [publisher, subscriber, name] = await pair();
    const scopes = (of: DistributedRuntime) => {
      const component = of.namespace(name).component("backend");
      return [of.namespace(name), component, component.endpoint("generate"), component.endpoint("other")];
    };
    const topics = ["kv-events", "kv", "with.dots and ünïcode/%"];
    const published = scopes(publisher).flatMap((scope, at) => topics.map((topic) => ({ scope, at, topic })));
    for (const { scope, topic } of published) await scope.publish(topic, FIRST);
    const subscribed = await Promise.all(
      scopes(subscriber).flatMap((scope, at) =>
        topics.map(async (topic) => ({ at, topic, events: await begun(scope.subscribe<unknown>(topic)) })),
      ),
    );
    for (const { scope, at, topic } of published) {
      await scope.publish(topic, [at, topic]);
      await scope.publish(topic, "end");
    }
    for (const { at, topic, events } of subscribed) {
      expect(await take(events[Symbol.asyncIterator](), 2)).toEqual([[at, topic], "end"]);
    }
  });

  test("reach every subscriber, and come from every publisher", async () => {
    const [one, two, name] = await pair();
    const endpoints = [one, two].map((of) => of.endpoint(`${name}.backend.generate`));
    for (const endpoint of endpoints) await endpoint.publish("topic", FIRST);
    const subscriptions = await Promise.all(
      [...endpoints, ...endpoints].map((endpoint) => begun(endpoint.subscribe<number>("topic"))),
    );
    for (const [index, endpoint] of endpoints.entries()) {
      for (let number = 0; number < 20; number++) await endpoint.publish("topic", index * 100 + number);
    }
    const all = [0, 100].flatMap((from) => Array.from({ length: 20 }, (__, number) => from + number));
    for (const subscription of subscriptions) {
      const got = await take(subscription[Symbol.asyncIterator](), all.length);
      expect(got.toSorted((a, b) => a - b)).toEqual(all);
    }
  });

  test("reach a subscriber that was there before its publisher", async () => {
    const [publisher, subscriber, name] = await pair();
    const subscription = await begun(subscriber.endpoint(`${name}.a.b`).subscribe<string>("topic"));
    const events = subscription[Symbol.asyncIterator]();
    let arrived = false;
    const first = take(events, 1).finally(() => (arrived = true));
    // It has to find the publisher first, and nobody tells when it has.
    while (!arrived) {
      await publisher.endpoint(`${name}.a.b`).publish("topic", "hello");
      await Bun.sleep(5);
    }
    expect(await first).toEqual(["hello"]);
  });

  test("are dropped and counted where a reader is too slow, and nobody waits for it", async () => {
    const [publisher, subscriber, name] = await pair();
    const from = publisher.endpoint(`${name}.a.b`);
    await from.publish("topic", FIRST);
    const slow = await begun(subscriber.endpoint(`${name}.a.b`).subscribe<number | string>("topic", { capacity: 10 }));
    const quick = await begun(subscriber.endpoint(`${name}.a.b`).subscribe<[number, string]>("topic"));
    const filling = "x".repeat(1_000);
    const TOTAL = 3_000;
    for (let number = 0; number < TOTAL; number++) await from.publish("topic", [number, filling]);
    const seen = await take(quick[Symbol.asyncIterator](), TOTAL);
    expect(seen.map(([number]) => number)).toEqual(Array.from({ length: TOTAL }, (__, number) => number));
    expect(quick.dropped).toBe(0);
    // Everything has arrived, at the slow one too: now it reads what there was room for.
    const events = slow[Symbol.asyncIterator]();
    let read = 0;
    for (;;) {
      await from.publish("topic", "end");
      const [payload] = await take(events, 1);
      if (payload === "end") break;
      read++;
    }
    expect(read).toBeGreaterThanOrEqual(10);
    expect(slow.dropped).toBeGreaterThan(0);
    expect(await counter(subscriber, 'stator_events_dropped_total{by="subscriber"')).toBeGreaterThanOrEqual(
      slow.dropped,
    );
    expect(await counter(subscriber, "stator_events_missed_total")).toBe(0);
  });

  test("end with break, close, a signal, and the runtime", async () => {
    const [publisher, subscriber, name] = await pair();
    const from = publisher.endpoint(`${name}.a.b`);
    await from.publish("topic", FIRST);
    const to = subscriber.endpoint(`${name}.a.b`);
    const abort = new AbortController();
    const broken = await begun(to.subscribe("topic"));
    const closed = await begun(to.subscribe("topic"));
    const aborted = await begun(to.subscribe("topic", { signal: abort.signal }));
    const left = await begun(to.subscribe("topic"));
    await from.publish("topic", 1);
    for await (const event of broken) {
      if (event.payload === FIRST) continue;
      expect(event.payload).toBe(1);
      break;
    }
    closed.close();
    closed.close();
    expect(await Array.fromAsync(closed)).toEqual([]);
    const reading = Array.fromAsync(aborted, ({ payload }) => payload);
    abort.abort();
    expect((await within(reading, "the end of the aborted one")).length).toBeLessThanOrEqual(2);
    const leaving = left[Symbol.asyncIterator]();
    expect(await take(leaving, 1)).toEqual([1]);
    const end = leaving.next();
    await within(subscriber.shutdown(), "the shutdown");
    expect((await within(end, "the end with the runtime")).done).toBe(true);
    expect(((await failure(to.publish("topic", 1))) as StatorError).code).toBe("shutting_down");
    expect(((await failure(Array.fromAsync(to.subscribe("topic")))) as StatorError).code).toBe("shutting_down");
    expect(await Array.fromAsync(to.subscribe("topic", { signal: abort.signal }))).toEqual([]);
  });

  test("that do not fit the reader's schema are skipped", async () => {
    const [publisher, subscriber, name] = await pair();
    const from = publisher.endpoint(`${name}.a.b`);
    await from.publish("topic", FIRST);
    const schema = z.union([z.literal(FIRST), z.object({ id: z.number(), tag: z.string().default("none") })]);
    const events = await begun(subscriber.endpoint(`${name}.a.b`).subscribe("topic", { schema }));
    for (const value of [{ id: 1 }, { id: "two" }, 3, { id: 4, tag: "four" }]) await from.publish("topic", value);
    expect(await take(events[Symbol.asyncIterator](), 2)).toEqual([
      { id: 1, tag: "none" },
      { id: 4, tag: "four" },
    ]);
    expect(events.skipped).toBe(2);
  });

  test("that cannot be published are refused, and the next ones go on", async () => {
    const publisher = await runtime({ maxMessageBytes: 4096 });
    const from = publisher.endpoint(`events${++names}.a.b`);
    await from.publish("topic", "x".repeat(3_500));
    const refused = async (topic: string, value: unknown) => {
      const error = (await failure(from.publish(topic, value))) as StatorError;
      return [error.code, error.message];
    };
    expect(await refused("topic", "x".repeat(5_000))).toEqual([
      "payload_too_large",
      expect.stringMatching(/5\d{3} bytes .* 4096 is the limit/),
    ]);
    expect(await refused("topic", { at: [Number.NaN] })).toEqual([
      "invalid_argument",
      expect.stringContaining("at[0]"),
    ]);
    expect(await refused("topic", 2n ** 64n)).toEqual(["invalid_argument", expect.stringContaining("64 bits")]);
    expect(await refused("", 1)).toEqual(["invalid_argument", expect.stringContaining("is empty")]);
    expect(await refused("a\nb", 1)).toEqual(["invalid_argument", expect.stringContaining("control characters")]);
    expect(await refused("x".repeat(129), 1)).toEqual(["invalid_argument", expect.stringContaining("129 bytes")]);
    await from.publish("topic", "fits");
  });
});

test("a subscription is read once, by one reader", async () => {
  await using runtime = await DistributedRuntime.create({ discovery: "memory" });
  const subscription = runtime.namespace("events").subscribe("topic");
  const events = subscription[Symbol.asyncIterator]();
  expect(() => subscription[Symbol.asyncIterator]()).toThrow("is being read already");
  expect(() => runtime.namespace("events").subscribe("topic", { capacity: 0 })).toThrow("capacity is 0");
  const waiting = events.next();
  expect((await failure(events.next())).message).toContain("another next()");
  await runtime.namespace("events").publish("topic", 1);
  expect((await waiting).value?.payload).toBe(1);
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { DistributedRuntime } from "@stator/runtime-native";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { loopback } from "../../scripts/lib/upstream/loopback.ts";
import { type UpstreamWheel, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { Command, within } from "../support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "stator-events-interop-"));
let wheel: UpstreamWheel;
let etcd: Etcd;
let nats: Nats;

beforeAll(async () => {
  [wheel, etcd, nats] = await Promise.all([upstreamWheel(), Etcd.start(), Nats.start()]);
}, 600_000);

afterAll(async () => {
  await Promise.all([etcd[Symbol.asyncDispose](), nats[Symbol.asyncDispose]()]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const CELLS = [
  ["zmq", "file"],
  ["zmq", "etcd"],
  ["nats", "file"],
  ["nats", "etcd"],
] as const;

describe.each(CELLS)("events over %s with the original, found through %s", (plane, discovery) => {
  const environment = (): Record<string, string> => ({
    ...loopback(wheel.version, join(folder, plane)),
    DYN_DISCOVERY_BACKEND: discovery,
    ETCD_ENDPOINTS: etcd.endpoint,
    DYN_EVENT_PLANE: plane,
    DYN_EVENT_PLANE_HOST: "127.0.0.1",
    NATS_SERVER: nats.url,
  });

  const python = (script: string): Command =>
    new Command([`tests/e2e/fixtures/events/${script}`], { ...environment(), ...wheel.environment }, wheel.python);

  const runtime = (): Promise<DistributedRuntime> =>
    DistributedRuntime.create({
      discovery,
      filePath: join(folder, plane),
      etcdEndpoints: etcd.endpoint,
      eventPlane: plane,
      natsServer: nats.url,
    });

  test("Python publishes, TypeScript reads", async () => {
    await using publisher = python("publisher.py");
    await publisher.line(/^publishing$/);
    await using subscriber = await runtime();
    const endpoint = subscriber.endpoint("interop.backend.generate");

    const blocks = endpoint.subscribe<RouterEvent[]>("kv-events");
    const next = await within(blocks[Symbol.asyncIterator]().next(), `an event of:\n${publisher.text}`);
    const [stored] = next.value?.payload ?? [];
    expect(stored?.worker_id).toBe(2n ** 64n - 1n);
    expect(stored?.event.data.stored.blocks).toHaveLength(1);
    expect(next.value?.publishedAt).toBeGreaterThan(Date.now() - 600_000);

    const metrics = endpoint.subscribe<{ version: number; worker_id: string }>("forward-pass-metrics");
    const first = await within(metrics[Symbol.asyncIterator]().next(), `metrics of:\n${publisher.text}`);
    expect(first.value?.payload).toMatchObject({ version: 1, worker_id: "18446744073709551615" });
  });

  test("TypeScript publishes, Python reads", async () => {
    await using subscriber = python("subscriber.py");
    await subscriber.line(/^subscribing$/);
    await using publisher = await runtime();
    const endpoint = publisher.endpoint("interop.backend.generate");
    const metrics = { version: 1, worker_id: "typescript", dp_rank: 3, wall_time: 0.5 };
    let got = false;
    const line = subscriber.line(/^got ([0-9a-f]+)$/).finally(() => (got = true));
    // It has to find us first, and nobody tells when it has.
    while (!got) {
      await endpoint.publish("forward-pass-metrics", metrics);
      await Bun.sleep(20);
    }
    const [, hex = ""] = await line;
    expect(Buffer.from(hex, "hex").toString("latin1")).toContain("typescript");
  });
});

/** A part of an event of `kv-events`. */
interface RouterEvent {
  worker_id: bigint | number;
  event: { event_id: number; data: { stored: { blocks: unknown[] } } };
}

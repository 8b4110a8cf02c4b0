/** Programs of both languages find each other through etcd, and call each other over the original's wire. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Client, DistributedRuntime } from "@stator/runtime-native";
import { Etcd3 } from "etcd3";

import { UPSTREAM_VERSION, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { type Command, until, within } from "../support/command.ts";
import { BUCKET } from "../support/etcd-cluster.ts";
import { failure } from "../support/failure.ts";
import { clientOf, Meeting, seen, serve } from "../support/interop/meeting.ts";
import type { Request } from "./fixtures/interop/handler.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel();
const PYTHON = `Python ${UPSTREAM_VERSION}`;

describe.each(["msgpack", "json"] as const)(`TypeScript client, ${PYTHON} worker, etcd + TCP, %s`, (codec) => {
  let meeting: Meeting;
  let worker: Command;
  let runtime: DistributedRuntime;
  let client: Client<Request, unknown>;
  beforeAll(async () => {
    meeting = await Meeting.start(wheel, codec, { discovery: "etcd", plane: "TCP" });
    worker = meeting.python("worker.py");
    runtime = await meeting.runtime();
    client = await clientOf(runtime);
  });
  afterAll(async () => {
    await runtime.shutdown();
    await worker[Symbol.asyncDispose]();
    await meeting[Symbol.asyncDispose]();
  });

  test("unary, by its own id too", async () => {
    const [instance] = client.instances();
    expect(instance).toMatchObject({ namespace: "interop", component: "worker", endpoint: "run", wire: "dynamo" });
    const value = { a: [1, null, 9007199254740993n] };
    expect(await client.generate({ mode: "echo", value }).one()).toEqual(value);
    expect(await client.direct({ mode: "echo", value }, instance?.instanceId ?? 0n).one()).toEqual(value);
  });

  test("a stream of 10,000", async () => {
    let index = 0;
    for await (const item of client.generate({ mode: "count", items: 10_000 })) {
      expect(item).toEqual({ index: index++ });
    }
    expect(index).toBe(10_000);
  });

  test("an error in the stream", async () => {
    const items: unknown[] = [];
    const reading = (async () => {
      for await (const item of client.generate({ mode: "fail", after: 3 })) items.push(item);
    })();
    expect(await failure(reading)).toMatchObject({ code: "invalid_argument", remoteName: "ValueError" });
    expect(items).toHaveLength(3);
  });

  test("cancel by stop", async () => {
    const stream = client.generate({ mode: "endless", name: "stop" });
    let count = 0;
    for await (const _ of stream) if (++count === 5) stream.stop();
    await worker.line(/^stopped stop killed=False$/);
  });

  test("killed in a stream: its record goes with its lease; the next one ends and takes its record along", async () => {
    let count = 0;
    const reading = (async () => {
      for await (const _ of client.generate({ mode: "endless", name: "x" })) {
        if (++count === 3) worker.signal("SIGKILL");
      }
    })();
    expect(await failure(reading)).toMatchObject({ code: "unknown_outcome" });
    await until(() => client.instanceIds().length === 0, "its record is gone");
    await using next = meeting.python("worker.py");
    await client.waitForInstances({ timeoutMs: 20_000 });
    count = 0;
    for await (const _ of client.generate({ mode: "slow", items: 50 })) if (++count === 3) next.signal("SIGTERM");
    expect(count).toBe(50);
    expect(await within(next.exited, "the end of the worker")).toBe(0);
    await until(() => client.instanceIds().length === 0, "its record is gone");
  });
});

describe.each(["msgpack", "json"] as const)(`${PYTHON} client, TypeScript worker, etcd + TCP, %s`, (codec) => {
  let meeting: Meeting;
  let runtime: DistributedRuntime;
  let client: Command;
  beforeAll(async () => {
    meeting = await Meeting.start(wheel, codec, { discovery: "etcd", plane: "TCP" });
    runtime = await meeting.runtime();
    await serve(runtime);
    client = meeting.python("client.py", codec, "unary", "stream", "failIn");
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await runtime.shutdown();
    await meeting[Symbol.asyncDispose]();
  });

  test("one record names both ways to it", async () => {
    const eye = new Etcd3({ hosts: meeting.etcd?.endpoint ?? [] });
    const [record] = Object.entries(await eye.getAll().prefix(`${BUCKET}interop/worker/run/`).strings());
    eye.close();
    const [key = "", text = "{}"] = record ?? [];
    const { transport, request_plane_codec, stator } = JSON.parse(text) as {
      transport: { tcp: string };
      request_plane_codec: string;
      stator: { address: string };
    };
    const id = key.split("/").at(-1);
    expect(transport).toEqual({ tcp: `${stator.address}/${id}/interop/worker/run` });
    expect(request_plane_codec).toBe(codec);
  });

  test("unary", async () => {
    expect(await seen<unknown>(client, "unary")).toEqual({ items: [{ text: "a", n: 7 }], error: null });
  });

  test("a stream of 10,000", async () => {
    expect(await seen<unknown>(client, "stream")).toEqual({ count: 10_000, inOrder: true, error: null });
  });

  test("an error in the stream", async () => {
    const items = [{ index: 0 }, { index: 1 }, { index: 2 }];
    expect(await seen<unknown>(client, "failIn")).toEqual({ items, error: expect.stringContaining("not like this") });
  });

  test("stops, and ends what is open", async () => {
    await runtime.shutdown();
    await using worker = meeting.typescriptWorker();
    await worker.line(/^serving$/);
    await using python = meeting.python("client.py", codec, "slow");
    // Who has no item yet is told to go elsewhere: the original does so when a record goes.
    await python.line(/^slow began$/);
    worker.signal("SIGTERM");
    const told = await seen<{ items: unknown[]; error: string | null }>(python, "slow");
    expect({ count: told.items.length, error: told.error }).toEqual({ count: 50, error: null });
    expect(await within(worker.exited, "the end of the worker")).toBe(0);
  });
});

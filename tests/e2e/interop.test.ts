/** Programs of both languages call each other over the original's wire: files for discovery, TCP for calls. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Annotated, Client, DistributedRuntime, StatorError } from "@stator/runtime-native";

import { UPSTREAM_VERSION, upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { type Command, until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { clientOf, type Codec, Meeting, seen, serve } from "../support/interop.ts";
import type { Request } from "./fixtures/interop/handler.ts";

// Here, where no limit of a single test counts: the first time it is installed.
const wheel = await upstreamWheel();
const PYTHON = `Python ${UPSTREAM_VERSION}`;

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

async function* requests() {
  yield { n: 1 };
  yield "two";
}

/** Values that both languages have, in both codecs. */
const VALUES: unknown[] = [
  ...[null, true, false, 0, -1, 2 ** 53 - 1, 9007199254740993n, 18446744073709551615n, -9223372036854775808n],
  ...[1.5, 1e300, "", "größer 你好 👋", "x".repeat(1_000_000), [], {}, [1, [null, { a: null }]]],
  { text: "a", list: [1, 2.5], deep: { deeper: {} } },
];

describe.each(["msgpack", "json"] as const)(`TypeScript client, ${PYTHON} worker, file + TCP, %s`, (codec) => {
  const meeting = new Meeting(wheel, codec);
  let worker: Command;
  let runtime: DistributedRuntime;
  let client: Client<Request, unknown>;
  beforeAll(async () => {
    worker = meeting.python("worker.py");
    runtime = await meeting.runtime();
    client = await clientOf(runtime);
  });
  afterAll(async () => {
    await runtime.shutdown();
    await worker[Symbol.asyncDispose]();
    meeting[Symbol.dispose]();
  });

  test("its record is an instance like any other", () => {
    const [instance] = client.instances();
    expect(instance).toMatchObject({ namespace: "interop", component: "worker", endpoint: "run", wire: "dynamo" });
    expect(client.instanceIds()).toEqual([instance?.instanceId ?? 0n]);
  });

  test("unary", async () => {
    const [id = 0n] = client.instanceIds();
    expect(await client.generate({ mode: "echo", value: { a: 1 } }).one()).toEqual({ a: 1 });
    expect(await client.direct({ mode: "echo", value: "direct" }, id).one()).toBe("direct");
    expect(await client.leastLoaded({ mode: "echo", value: "least loaded" }).one()).toBe("least loaded");
  });

  test("a stream of 10,000", async () => {
    let index = 0;
    for await (const item of client.generate({ mode: "count", items: 10_000 })) {
      expect(item).toEqual({ index: index++ });
    }
    expect(index).toBe(10_000);
  });

  test("an error before the first item", async () => {
    const error = await failure(client.generate({ mode: "fail", after: 0 }).one());
    expect(error).toMatchObject({
      code: "invalid_argument",
      message: "ValueError: not like this",
      remoteName: "ValueError",
      details: { class: "InvalidRequest", reason: "backend.invalid_argument" },
    });
  });

  test("an error in the stream", async () => {
    const items: unknown[] = [];
    const reading = (async () => {
      for await (const item of client.generate({ mode: "fail", after: 3 })) items.push(item);
    })();
    expect(await failure(reading)).toMatchObject({ code: "invalid_argument" });
    expect(items).toEqual([{ index: 0 }, { index: 1 }, { index: 2 }]);
  });

  test("cancel by stop", async () => {
    const stream = client.generate({ mode: "endless", name: "stop" });
    let count = 0;
    for await (const _ of stream) if (++count === 5) stream.stop();
    await worker.line(/^stopped stop killed=False$/);
  });

  test("cancel by kill", async () => {
    let count = 0;
    for await (const _ of client.generate({ mode: "endless", name: "kill" })) if (++count === 5) break;
    await worker.line(/^stopped kill killed=True$/);
  });

  test("a deadline stops the handler", async () => {
    const call = Array.fromAsync(client.generate({ mode: "endless", name: "deadline" }, { timeoutMs: 200 }));
    expect(await failure(call)).toMatchObject({ code: "deadline_exceeded" });
    await worker.line(/^stopped deadline killed=/);
  });

  test("id, metadata and trace headers", async () => {
    const metadata = { "x-tenant": "t1", traceparent: TRACE };
    const told = await client.generate({ mode: "context" }, { id: "call-7", metadata }).one();
    expect(told).toMatchObject({ id: "call-7", metadata: { "x-tenant": "t1" } });
  });

  test("every type of JSON", async () => {
    for (const value of VALUES) {
      expect(await client.generate({ mode: "echo", value: [value] }).one()).toEqual([value]);
    }
  });

  test("bytes, and keys that are no text", async () => {
    const value = { bytes: new Uint8Array([0, 255]), deep: [new Map<unknown, unknown>([[1, "one"]])] };
    const back = await client.generate({ mode: "echo", value }).one();
    if (codec === "msgpack") expect(back).toEqual(value);
    else expect(back).toEqual({ bytes: [0, 255], deep: [{ 1: "one" }] });
    const whole = await client.generate({ mode: "echo", value: new Uint8Array([1, 2]) }).one();
    expect(whole).toEqual(codec === "msgpack" ? new Uint8Array([1, 2]) : [1, 2]);
  });

  test("what stands beside the data", async () => {
    const request = { mode: "annotated" } as unknown as Request;
    expect(await Array.fromAsync(client.generate(request))).toEqual([1, 2]);
    const endpoint = runtime.endpoint("interop.worker.run");
    await using whole: Client<Request, Annotated<unknown>> = await endpoint.client({ annotated: true });
    const [note, one, two] = await Array.fromAsync(whole.generate(request));
    expect(note).toMatchObject({ event: "note", comment: ["first", "second"] });
    expect(one).toMatchObject({ data: 1, id: "seven" });
    expect(two).toMatchObject({ data: 2 });
  });

  test("requests in a stream to serve_bidirectional_endpoint", async () => {
    const both = await runtime.endpoint("interop.worker.both").client<unknown, unknown>();
    await both.waitForInstances({ timeoutMs: 20_000 });
    expect(await Array.fromAsync(both.generate(requests()))).toEqual([{ got: { n: 1 } }, { got: "two" }, "end"]);
  });
});

describe.each(["msgpack", "json"] as const)(`${PYTHON} client, TypeScript worker, file + TCP, %s`, (codec) => {
  const meeting = new Meeting(wheel, codec);
  let runtime: DistributedRuntime;
  let ends: Map<string, PromiseWithResolvers<boolean>>;
  let client: Command;
  beforeAll(async () => {
    runtime = await meeting.runtime();
    ends = await serve(runtime);
    client = meeting.python("client.py", codec);
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await runtime.shutdown();
    meeting[Symbol.dispose]();
  });

  test("unary", async () => {
    expect(await seen<unknown>(client, "unary")).toEqual({ items: [{ text: "a", n: 7 }], error: null });
  });

  test("a stream of 10,000", async () => {
    expect(await seen<unknown>(client, "stream")).toEqual({ count: 10_000, inOrder: true, error: null });
  });

  test("an error before the first item", async () => {
    expect(await seen<unknown>(client, "failBefore")).toEqual({
      items: [],
      error: expect.stringMatching(/^ValueError: Internal: RangeError: not like this$/),
    });
  });

  test("an error in the stream", async () => {
    expect(await seen<unknown>(client, "failIn")).toEqual({
      items: [{ index: 0 }, { index: 1 }, { index: 2 }],
      error: expect.stringContaining("not like this"),
    });
  });

  test("every type of JSON", async () => {
    expect(await seen<string[]>(client, "values")).toEqual([]);
  });

  test("bytes, and keys that are no text", async () => {
    const told = await seen<{ same: boolean; items: string }>(client, "bytes");
    if (codec === "msgpack") expect(told.same).toBe(true);
    else expect(told.items).toBe("[{'1': 'one', 'bytes': [0, 255]}]");
  });

  test("id and metadata", async () => {
    const told = await seen<unknown>(client, "context");
    expect(told).toMatchObject({ items: [{ id: "call-7", metadata: { "x-tenant": "t1" } }], error: null });
  });

  test("cancel by stop", async () => {
    expect(await seen<unknown>(client, "stop")).toEqual({ enough: true, error: null });
    expect(await within(ends.get("stop")?.promise ?? Promise.resolve(true), "the end of the call")).toBe(false);
  });

  test("cancel by kill", async () => {
    expect(await seen<unknown>(client, "kill")).toEqual({ items: 5, error: null });
    expect(await within(ends.get("kill")?.promise ?? Promise.resolve(false), "the end of the call")).toBe(true);
  });

  test("200 calls, 20 at once", async () => {
    expect(await seen<number>(client, "load")).toBe(200);
  });
});

describe.each(["msgpack", "json"] as const)("a worker that ends, file + TCP, %s", (codec: Codec) => {
  test(`TypeScript client, ${PYTHON} worker: killed in a stream`, async () => {
    using meeting = new Meeting(wheel, codec);
    await using worker = meeting.python("worker.py");
    await using runtime = await meeting.runtime();
    const client = await clientOf(runtime);
    let count = 0;
    const reading = (async () => {
      for await (const _ of client.generate({ mode: "endless", name: "x" })) {
        if (++count === 3) worker.signal("SIGKILL");
      }
    })();
    expect(await failure(reading)).toMatchObject({ code: "unknown_outcome" });
    // Whether the next call reaches a socket that is about to break, or none, is a race.
    const next = await failure(client.generate({ mode: "echo", value: 1 }).one());
    expect(["unavailable", "unknown_outcome"]).toContain((next as StatorError).code);
    await until(() => client.instanceIds().length === 0, "its record is gone");
  });

  test(`TypeScript client, ${PYTHON} worker: stops, and ends what is open`, async () => {
    using meeting = new Meeting(wheel, codec);
    await using worker = meeting.python("worker.py");
    await using runtime = await meeting.runtime();
    const client = await clientOf(runtime);
    let count = 0;
    for await (const _ of client.generate({ mode: "slow", items: 50 })) if (++count === 3) worker.signal("SIGTERM");
    expect(count).toBe(50);
    expect(await within(worker.exited, "the end of the worker")).toBe(0);
    expect(await failure(client.generate({ mode: "echo", value: 1 }).one())).toMatchObject({ code: "no_instances" });
  });

  test(`${PYTHON} client, TypeScript worker: killed in a stream`, async () => {
    using meeting = new Meeting(wheel, codec);
    await using worker = meeting.typescriptWorker();
    await worker.line(/^serving$/);
    await using client = meeting.python("client.py", codec, "endless");
    await client.line(/^endless began$/);
    worker.signal("SIGKILL");
    const told = await seen<{ error: string }>(client, "endless");
    expect(told.error).toContain("Unavailable");
  });

  test(`${PYTHON} client, TypeScript worker: stops, and ends what is open`, async () => {
    using meeting = new Meeting(wheel, codec);
    await using worker = meeting.typescriptWorker();
    await worker.line(/^serving$/);
    await using client = meeting.python("client.py", codec, "slow");
    // Who has no item yet is told to go elsewhere: the original does so when a record goes.
    await client.line(/^slow began$/);
    worker.signal("SIGTERM");
    const told = await seen<{ items: unknown[]; error: string | null }>(client, "slow");
    expect({ count: told.items.length, error: told.error }).toEqual({ count: 50, error: null });
    expect(await within(worker.exited, "the end of the worker")).toBe(0);
  });
});

test(`both wires at once: TypeScript and ${PYTHON} clients of one TypeScript worker, under load`, async () => {
  using meeting = new Meeting(wheel, "msgpack");
  await using worker = meeting.typescriptWorker();
  await worker.line(/^serving$/);
  await using runtime = await meeting.runtime();
  const client = await clientOf(runtime);
  expect(client.instances()[0]?.wire).toBe("stator");
  await using python = meeting.python("client.py", "msgpack");
  let over = false;
  const theirs = seen<number>(python, "load").finally(() => {
    over = true;
  });
  let calls = 0;
  const ours = Array.from({ length: 16 }, async (_, caller) => {
    while (!over) {
      const value = `${caller} ${calls++}`;
      expect(await client.generate({ mode: "echo", value }).one()).toBe(value);
    }
  });
  expect(await theirs).toBe(200);
  await Promise.all(ours);
  expect(calls).toBeGreaterThan(1000);
});

/** Answers over NATS, for networks where workers cannot call anybody. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type { Client, DistributedRuntime } from "@stator/runtime-native";
import { connect } from "nats";

import { Nats } from "../../scripts/lib/servers/nats.ts";
import { Command, until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { echo, fault, NatsPlace, runtimeOn } from "../support/nats-place.ts";
import { answer, NatsWorker, parcel, twoPart } from "../support/nats-worker.ts";

const place = new NatsPlace();
afterAll(() => place[Symbol.dispose]());

async function* numbers() {
  for (let n = 0; n < 5000; n++) yield n;
}

describe("answers over NATS", () => {
  let nats: Nats;
  let folder: string;
  let worker: DistributedRuntime;
  let caller: DistributedRuntime;
  let client: Client<unknown, unknown>;
  const ends: string[] = [];
  let sent = 0;
  beforeAll(async () => {
    nats = await Nats.start();
    folder = place.folder("answers");
    worker = await runtimeOn(nats, folder, { natsResponses: "nats" });
    await worker
      .endpoint("pure.worker.run")
      .serveEndpoint<{ mode: string; value?: unknown; items?: number }, unknown>(async function* (request, context) {
        if (request.mode === "count") for (let n = 0; n < (request.items ?? 0); n++) yield n;
        if (request.mode === "echo") yield request.value;
        if (request.mode === "fail") throw new RangeError("not like this");
        if (request.mode === "big") for (sent = 0; sent < 200; sent++) yield "x".repeat(100_000);
        try {
          while (request.mode === "endless" && !context.isStopped()) {
            yield 0;
            await Bun.sleep(2);
          }
        } finally {
          if (request.mode === "endless") ends.push(context.isKilled() ? "killed" : "stopped");
        }
      });
    caller = await runtimeOn(nats, folder, { natsResponses: "nats" });
    client = await caller.endpoint("pure.worker.run").client();
    await client.waitForInstances({ timeoutMs: 20_000 });
  });
  afterAll(async () => {
    await caller.shutdown();
    await worker.shutdown();
    await nats[Symbol.asyncDispose]();
  });

  test("the caller names no listener, and a subject of NATS", async () => {
    const eye = await connect({ servers: nats.url });
    const seen = eye.subscribe("pure_worker.>");
    await eye.flush();
    expect(await client.generate({ mode: "echo", value: { a: [1, null] } }).one()).toEqual({ a: [1, null] });
    const { value: message } = await within(seen[Symbol.asyncIterator]().next(), "the request");
    const text = Buffer.from(message.data).toString("latin1");
    expect(text).toContain('\\"address\\":\\"0.0.0.0:0\\"');
    expect(text).toMatch(/\\"nats\\":\\"_INBOX\.\w+\.[0-9a-f-]{36}\\"/);
    await eye.close();
  });

  test("a stream of 10,000, an error, stop, kill, a large value", async () => {
    const items = await Array.fromAsync(client.generate({ mode: "count", items: 10_000 }));
    expect(items).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    expect(await failure(client.generate({ mode: "fail" }).one())).toMatchObject({ message: "not like this" });
    const value = "y".repeat(900_000);
    expect(await client.generate({ mode: "echo", value }).one()).toBe(value);
    const stream = client.generate({ mode: "endless" });
    let count = 0;
    for await (const _ of stream) if (++count === 5) stream.stop();
    for await (const _ of client.generate({ mode: "endless" })) if (++count > 10) break;
    await until(() => ends.length === 2, "both have ended");
    expect(ends).toEqual(["stopped", "killed"]);
  });

  test("a slow reader stops its writer, loses nothing, and nobody else waits", async () => {
    const reader = client.generate({ mode: "big" })[Symbol.asyncIterator]();
    await reader.next();
    await until(() => sent > 2, "the writer is on its way");
    for (let n = 0; n < 200; n++) expect(await client.generate({ mode: "echo", value: n }).one()).toBe(n);
    const stood = sent;
    expect(stood).toBeLessThan(50);
    let count = 1;
    for (let item = await reader.next(); item.done !== true; item = await reader.next()) {
      expect((item.value as string).length).toBe(100_000);
      count++;
    }
    expect(count).toBe(200);
    expect(sent).toBe(200);
  });

  test("1,000 calls, 100 at once", async () => {
    const values = Array.from({ length: 1000 }, (_, n) => n);
    const queue = values.values();
    const back: unknown[] = [];
    await Promise.all(
      Array.from({ length: 100 }, async () => {
        for (const value of queue) back.push(await client.generate({ mode: "echo", value }).one());
      }),
    );
    expect(back.toSorted((a, b) => Number(a) - Number(b))).toEqual(values);
  });

  test("a stream of requests goes over NATS too", async () => {
    await worker.endpoint("pure.worker.both").serveEndpoint<AsyncIterable<number>, number>(async function* (parts) {
      for await (const part of parts) yield part * 2;
    });
    await using both = await caller.endpoint("pure.worker.both").client<number, number>();
    await both.waitForInstances({ timeoutMs: 20_000 });
    const doubled = await Array.fromAsync(both.generate(numbers()));
    expect(doubled).toEqual(Array.from({ length: 5000 }, (_, n) => n * 2));
  });
});

test("a worker answers over NATS who offers that and cannot be called, and sends nothing to other subjects", async () => {
  await using nats = await Nats.start();
  await using worker = await runtimeOn(nats, place.folder("auto"));
  await worker.endpoint("auto.worker.run").serveEndpoint(echo);
  const eye = await connect({ servers: nats.url });
  const subject = `auto_worker.run-${worker.instanceId.toString(16)}`;
  const ask = (answers: string) => {
    const home = { address: "127.0.0.1:1", subject: "s", context: "call", stream_type: "response", nats: answers };
    const control = {
      ...{ id: "call", request_type: "single_in", response_type: "many_out", payload_codec: "json" },
      connection_info: { transport: "tcp_server", info: JSON.stringify(home) },
    };
    return eye.request(subject, twoPart(JSON.stringify(control), '"hello"'), { timeout: 20_000 });
  };
  const answers = eye.subscribe("_INBOX.hand.token");
  const others = eye.subscribe("elsewhere");
  expect((await ask("_INBOX.hand.token")).data).toHaveLength(0);
  let text = "";
  for await (const message of answers) {
    const bytes = Buffer.from(message.data);
    expect([bytes[0], message.reply?.startsWith("_INBOX.")]).toEqual([1, true]);
    text += bytes.toString("latin1", 26);
    if (!text.includes("sentinel")) continue;
    // Nobody is there any more.
    message.respond(Buffer.from(`\x01\x02${"\0".repeat(24)}`, "latin1"));
    break;
  }
  expect(text).toContain('{"data":{"data":"hello"},"complete_final":false}');
  expect((await ask("elsewhere")).data).toHaveLength(0);
  await until(async () => (await fault(worker, "home_unreachable")) === 1, "it is counted");
  expect(others.getReceived()).toBe(0);
  await eye.close();
});

test("what both sides want of answers is negotiated", async () => {
  await using nats = await Nats.start();
  for (const [caller, worker, overNats] of [
    ["nats", "auto", true],
    ["auto", "nats", true],
    ["auto", "auto", false],
    ["nats", "call-home", false],
    ["call-home", "nats", false],
  ] as const) {
    const folder = place.folder("negotiated");
    await using serving = await runtimeOn(nats, folder, { natsResponses: worker });
    await serving.endpoint("hello.worker.run").serveEndpoint(echo);
    await using calling = await runtimeOn(nats, folder, { natsResponses: caller });
    const client = await calling.endpoint("hello.worker.run").client();
    await client.waitForInstances({ timeoutMs: 20_000 });
    const eye = await connect({ servers: nats.url });
    const answers = eye.subscribe("_INBOX.*.*");
    await eye.flush();
    expect(await client.generate("hello").one()).toBe("hello");
    await eye.flush();
    // Acks are empty.
    let messages = 0;
    answers.unsubscribe();
    for await (const { data } of answers) if (data.length > 0) messages++;
    expect([caller, worker, messages > 0]).toEqual([caller, worker, overNats]);
    await eye.close();
  }
});

test("a worker that is killed, and a caller that is, are noticed at once with answers over NATS", async () => {
  await using nats = await Nats.start();
  const folder = place.folder("killed");
  const environment = {
    ...{ DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: folder, DYN_REQUEST_PLANE: "nats", NATS_SERVER: nats.url },
    STATOR_NATS_RESPONSES: "nats",
  };
  const own = { natsResponses: "nats", keepAliveMs: 500 } as const;
  await using worker = new Command(["tests/e2e/fixtures/interop/worker.ts"], environment);
  await worker.line(/^serving$/);
  await using caller = await runtimeOn(nats, folder, own);
  const client = await caller.endpoint("interop.worker.run").client();
  await client.waitForInstances({ timeoutMs: 20_000 });
  let count = 0;
  const reading = (async () => {
    for await (const _ of client.generate({ mode: "endless", name: "x" })) {
      if (++count === 3) worker.signal("SIGKILL");
    }
  })();
  expect(await failure(reading)).toMatchObject({ code: "unknown_outcome" });

  await using serving = await runtimeOn(nats, folder, own);
  const ended = Promise.withResolvers<void>();
  await serving.endpoint("interop.worker.run").serveEndpoint(async function* (_, context) {
    try {
      yield "begun";
      while (!context.isStopped()) await Bun.sleep(10);
    } finally {
      ended.resolve();
    }
  });
  await using other = new Command(["tests/e2e/fixtures/nats-caller.ts"], environment);
  await other.line(/^begun$/);
  other.signal("SIGKILL");
  await within(ended.promise, "the end of the call");
});

test("a worker that is suspended is given up after three rhythms of the keep-alive", async () => {
  await using nats = await Nats.start();
  const folder = place.folder("suspended");
  const environment = {
    ...{ DYN_DISCOVERY_BACKEND: "file", DYN_FILE_KV: folder, DYN_REQUEST_PLANE: "nats", NATS_SERVER: nats.url },
  };
  await using worker = new Command(["tests/e2e/fixtures/interop/worker.ts"], environment);
  await worker.line(/^serving$/);
  await using caller = await runtimeOn(nats, folder, { natsResponses: "nats", keepAliveMs: 300 });
  const client = await caller.endpoint("interop.worker.run").client();
  await client.waitForInstances({ timeoutMs: 20_000 });
  let count = 0;
  const reading = (async () => {
    for await (const _ of client.generate({ mode: "endless", name: "x" })) {
      if (++count === 3) worker.signal("SIGSTOP");
    }
  })();
  const error = await within(failure(reading), "the end of the call");
  worker.signal("SIGCONT");
  expect(error).toMatchObject({ code: "unknown_outcome" });
});

test("a worker by hand answers twice, to another's subject, in pieces that come twice, and with garbage", async () => {
  await using nats = await Nats.start();
  const folder = place.folder("by-hand");
  await using worker = await NatsWorker.start(nats.url, folder, true);
  await using caller = await runtimeOn(nats, folder, { natsResponses: "nats" });
  const client = await caller.endpoint("hand.worker.run").client();
  await client.waitForInstances({ timeoutMs: 20_000 });
  const { eye } = worker;
  const given = eye.subscribe("_INBOX.hand.second");
  const [first, second] = [{ reply: "_INBOX.hand.first" }, { reply: "_INBOX.hand.second" }];
  const ask = async () => {
    const call = client.generate("x").one();
    const { message, home } = await worker.request();
    message.respond();
    const subject = home.nats ?? "";
    const handshake = twoPart(JSON.stringify({ subject: home.subject, stream_type: "response" }));
    return { call, subject, handshake };
  };

  const { call, subject, handshake } = await ask();
  eye.publish(subject, Buffer.from("garbage"), first);
  eye.publish(subject.replace(/[^.]+$/, crypto.randomUUID()), parcel(0, handshake), first);
  const all = Buffer.concat([handshake, answer({ n: 1 })]);
  eye.publish(subject, parcel(0, all.subarray(0, 100)), first);
  eye.publish(subject, parcel(0, all.subarray(0, 100)), first);
  eye.publish(subject, parcel(150, all.subarray(150)), first);
  eye.publish(subject, parcel(0, all), second);
  eye.publish(subject, parcel(90, all.subarray(90)), first);
  expect(await call).toEqual({ n: 1 });
  const { value: refusal } = await within(given[Symbol.asyncIterator]().next(), "the refusal");
  expect(Buffer.from(refusal.data).subarray(0, 2)).toEqual(Buffer.from([1, 2]));
  expect([await fault(caller, "handshake"), await fault(caller, "unknown_subject")]).toEqual([1, 2]);

  for (const wrong of [Buffer.from("garbage"), parcel(0, Buffer.alloc(20_000)), parcel(0, Buffer.alloc(0), 2)]) {
    const broken = await ask();
    eye.publish(broken.subject, parcel(0, broken.handshake), first);
    eye.publish(broken.subject, wrong, first);
    expect(await failure(broken.call)).toMatchObject({ code: "unknown_outcome" });
  }
});

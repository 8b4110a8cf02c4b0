/** Calls over NATS, without the original: what goes over the wire, what peers do wrong, and a server that goes away. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { type Client, DistributedRuntime, type RuntimeOptions } from "@stator/runtime-native";
import { connect, type NatsConnection } from "nats";

import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { streamWords } from "../../scripts/lib/stream-words.ts";
import { Command, until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { Graph } from "../support/graph.ts";
import { counter } from "../support/metrics.ts";
import { answer, callHome, NatsWorker, twoPart, writeRecord } from "../support/nats-worker.ts";

const base = mkdtempSync(join(tmpdir(), "stator-nats-plane-"));
afterAll(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

function runtimeOn(nats: Nats, folder: string, more: Partial<RuntimeOptions> = {}): Promise<DistributedRuntime> {
  const place = { discovery: "file", filePath: folder, requestPlane: "nats", natsServer: nats.url } as const;
  return DistributedRuntime.create({ ...place, systemPort: 0, ...more });
}

function folderOf(name: string): string {
  return mkdtempSync(join(base, `${name}-`));
}

function fault(runtime: DistributedRuntime, name: string): Promise<number> {
  return counter(runtime, `stator_dynamo_faults_total{fault="${name}"`).catch(() => 0);
}

async function* echo(request: unknown): AsyncGenerator<unknown> {
  yield request;
}

describe("a worker of ours", () => {
  let nats: Nats;
  let eye: NatsConnection;
  let folder: string;
  let worker: DistributedRuntime;
  let caller: DistributedRuntime;
  let client: Client<unknown, unknown>;
  beforeAll(async () => {
    nats = await Nats.start();
    eye = await connect({ servers: nats.url });
    folder = folderOf("ours");
    worker = await runtimeOn(nats, folder);
    await worker.endpoint("Hello.Back_end.Generate").serveEndpoint(echo);
    caller = await runtimeOn(nats, folder);
    client = await caller.endpoint("Hello.Back_end.Generate").client();
    await client.waitForInstances({ timeoutMs: 20_000 });
  });
  afterAll(async () => {
    await caller.shutdown();
    await worker.shutdown();
    await eye.close();
    await nats[Symbol.asyncDispose]();
  });

  const subject = () => `Hello_Back_end.Generate-${worker.instanceId.toString(16)}`;

  test("its record names the original's subject for the original, and our own listener for us", () => {
    const bucket = join(folder, "v1", "instances");
    const [file = ""] = readdirSync(bucket);
    const { transport, stator } = JSON.parse(readFileSync(join(bucket, file), "utf8")) as Record<string, unknown>;
    expect(transport).toEqual({ nats_tcp: subject() });
    expect(stator).toMatchObject({ address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), nats_answers: true });
    expect(client.instances()[0]).toMatchObject({ wire: "dynamo", address: `nats:${subject()}` });
  });

  test("a request has the original's form: headers, a subject for the ack, a two-part message", async () => {
    const seen = eye.subscribe(subject());
    await eye.flush();
    const metadata = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    expect(await client.generate("hello", { id: "call-7", metadata }).one()).toBe("hello");
    const { value: message } = await within(seen[Symbol.asyncIterator]().next(), "the request");
    expect(message.reply).toMatch(/^_INBOX\.\w+\.\d+$/);
    expect(message.headers?.get("request-id")).toBe("call-7");
    expect(message.headers?.get("traceparent")).toBe(metadata.traceparent);
    expect(message.headers?.get("x-frontend-send-ts-ns")).toMatch(/^\d{19}$/);
    const bytes = Buffer.from(message.data);
    const length = Number(bytes.readBigUInt64BE(0));
    expect(JSON.parse(bytes.toString("utf8", 24, 24 + length))).toMatchObject({
      ...{ id: "call-7", request_type: "single_in", response_type: "many_out", payload_codec: "msgpack" },
      connection_info: { transport: "tcp_server" },
    });
    expect(bytes.subarray(24 + length)).toEqual(Buffer.from("\xa5hello", "latin1"));
    seen.unsubscribe();
  });

  test("a request that the server does not take is payload_too_large, and says what to do", async () => {
    const error = await failure(client.generate("x".repeat(2 ** 20)).one());
    expect(error).toMatchObject({ code: "payload_too_large", message: expect.stringContaining("max_payload") });
    // Answers do not go over NATS here.
    expect(await client.generate("x".repeat(900_000)).one()).toHaveLength(900_000);
  });

  test("a line break in a trace header is an error of the caller", async () => {
    const error = await failure(client.generate("x", { metadata: { traceparent: "a\r\nb: c" } }).one());
    expect(error).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("line break") });
  });

  test("messages that are none of ours are refused and counted, and disturb nobody", async () => {
    const before = await fault(worker, "request");
    for (const garbage of ["", "garbage", "\0".repeat(24), `${"\0".repeat(7)}\x02${"\0".repeat(16)}{}`]) {
      const refusal = await eye.request(subject(), Buffer.from(garbage, "latin1"), { timeout: 20_000 });
      expect(refusal.string()).toMatch(/^Server unavailable: .*\(protocol\)$/s);
    }
    // Nobody can be told here.
    eye.publish(subject(), "garbage");
    await eye.flush();
    await until(async () => (await fault(worker, "request")) === before + 5, "all are counted");
    expect(await client.generate("well").one()).toBe("well");
  });
});

describe("a worker by hand that does not keep to it", () => {
  let nats: Nats;
  let worker: NatsWorker;
  let caller: DistributedRuntime;
  let client: Client<unknown, unknown>;
  beforeAll(async () => {
    nats = await Nats.start();
    const folder = folderOf("hand");
    worker = await NatsWorker.start(nats.url, folder);
    caller = await runtimeOn(nats, folder, { natsRequestTimeoutMs: 400, callHomeTimeoutMs: 1000 });
    client = await caller.endpoint("hand.worker.run").client();
    await client.waitForInstances({ timeoutMs: 20_000 });
    // A record lives for ten seconds.
    const timer = setInterval(() => writeRecord(folder, { nats_tcp: NatsWorker.subject }), 2000);
    timer.unref();
  });
  afterAll(async () => {
    await caller.shutdown();
    await worker[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });

  test("one that keeps to it is answered", async () => {
    const call = client.generate("x").one();
    const { message, home, body } = await worker.request();
    expect([body, home.nats]).toEqual(['"x"', undefined]);
    message.respond();
    const socket = await callHome(home);
    socket.write(answer({ n: 1 }));
    expect(await call).toEqual({ n: 1 });
    socket.destroy();
  });

  test("it does not acknowledge, or acknowledges and vanishes", async () => {
    for (const [acks, name] of [
      [false, "no_ack"],
      [true, "no_call_home"],
    ] as const) {
      const call = failure(client.generate("x").one());
      const { message } = await worker.request();
      if (acks) message.respond();
      expect(await call).toMatchObject({ code: "unknown_outcome" });
      expect(await fault(caller, name)).toBe(1);
    }
  });

  test("its ack is lost, and it calls home nevertheless", async () => {
    const call = client.generate("x").one();
    const { home } = await worker.request();
    const socket = await callHome(home);
    await Bun.sleep(700);
    socket.write(answer("late"));
    expect(await call).toBe("late");
    socket.destroy();
  });

  test("it refuses", async () => {
    for (const [text, code] of [
      ["Server overloaded: worker at capacity", "overloaded"],
      ["whatever this is", "unavailable"],
    ] as const) {
      const call = failure(client.generate("x").one());
      const { message } = await worker.request();
      message.respond(Buffer.from(text));
      expect(await call).toMatchObject({ code, message: expect.stringContaining(text) });
    }
  });

  test("it acknowledges twice, calls home twice, and with another's subject", async () => {
    const before = await fault(caller, "unknown_subject");
    const call = client.generate("x").one();
    const { message, home } = await worker.request();
    message.respond();
    message.respond();
    const other = await callHome(home, crypto.randomUUID());
    const first = await callHome(home);
    const second = await callHome(home);
    await until(async () => (await fault(caller, "unknown_subject")) === before + 2, "both are counted");
    first.write(answer("first"));
    expect(await call).toBe("first");
    for (const socket of [other, first, second]) socket.destroy();
    expect(await fault(caller, "ack")).toBe(1);
  });

  test("it is gone", async () => {
    await worker.eye.close();
    const error = await failure(client.generate("x").one());
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("nobody listens there") });
  });
});

test("a client on tcp is told of a worker that it cannot call", async () => {
  const folder = folderOf("tcp");
  await using caller = await DistributedRuntime.create({ discovery: "file", filePath: folder });
  writeRecord(folder, { nats_tcp: NatsWorker.subject });
  const client = await caller.endpoint("hand.worker.run").client();
  const error = await failure(client.generate("x").one());
  expect(error).toMatchObject({ code: "no_instances", message: expect.stringContaining("DYN_REQUEST_PLANE=nats") });
});

describe.each(["call-home", "nats"] as const)("NATS goes away, answers by %s", (natsResponses) => {
  test("it restarts under load: calls that were taken end, others follow, nothing is answered twice or wrong", async () => {
    await using nats = await Nats.start();
    const folder = folderOf("restart");
    await using worker = await runtimeOn(nats, folder, { natsResponses });
    // A request that went down with the server may have run: it is tried on the other worker.
    await using other = await runtimeOn(nats, folder, { natsResponses });
    for (const runtime of [worker, other]) {
      await runtime.endpoint("load.worker.run").serveEndpoint<string, string>(
        async function* (request) {
          yield request;
          await Bun.sleep(20);
          yield request;
        },
        { idempotent: true },
      );
    }
    await using caller = await runtimeOn(nats, folder, { natsResponses, natsRequestTimeoutMs: 3000 });
    const client = await caller.endpoint("load.worker.run").client<string, string>();
    await client.waitForInstances({ min: 2, timeoutMs: 20_000 });
    const long = worker.endpoint("load.worker.long");
    await long.serveEndpoint<null, number>(async function* () {
      for (let n = 0; n < 300; n++) {
        yield n;
        await Bun.sleep(10);
      }
    });
    const stream = await caller.endpoint("load.worker.long").client<null, number>();
    await stream.waitForInstances({ timeoutMs: 20_000 });

    let over = false;
    let right = 0;
    const failures: unknown[] = [];
    const load = Array.from({ length: 16 }, async (_, number) => {
      for (let n = 0; !over; n++) {
        const request = `${number} ${n}`;
        try {
          expect(await Array.fromAsync(client.generate(request))).toEqual([request, request]);
          right++;
        } catch (error) {
          failures.push(error);
        }
      }
    });
    // Taken before the server goes away, and read after it is back.
    const items = Array.fromAsync(stream.generate(null));
    await until(() => right > 100, "calls are answered");
    await nats.process.kill();
    const before = right;
    await nats.process.start();
    await until(() => right > before + 200, "calls are answered again");
    over = true;
    await Promise.all(load);
    expect(await within(items, "the long stream")).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(failures).toEqual([]);
  });
});

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
    folder = folderOf("answers");
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
    async function* parts() {
      for (let n = 0; n < 5000; n++) yield n;
    }
    const doubled = await Array.fromAsync(both.generate(parts()));
    expect(doubled).toEqual(Array.from({ length: 5000 }, (_, n) => n * 2));
  });
});

test("a worker answers over NATS who offers that and cannot be called, and sends nothing to other subjects", async () => {
  await using nats = await Nats.start();
  await using worker = await runtimeOn(nats, folderOf("auto"));
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
    const folder = folderOf("negotiated");
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

test("the graph of the example runs on etcd and NATS by the environment alone", async () => {
  await using etcd = await Etcd.start();
  await using nats = await Nats.start();
  const eye = await connect({ servers: nats.url });
  const requests = eye.subscribe("*.*");
  await eye.flush();
  const servers = { ETCD_ENDPOINTS: etcd.endpoint, NATS_SERVER: nats.url, DYN_REQUEST_PLANE: "nats" };
  await using graph = await Graph.start(
    "apps/examples/hello-world/frontend.ts#Frontend",
    ["--Backend.workers=2"],
    servers,
  );
  const words = await Array.fromAsync(streamWords(graph.url, "three small words"));
  expect(words.map((word) => word.text)).toEqual(["three", "small", "words"]);
  await eye.flush();
  requests.unsubscribe();
  const seen = new Set<string>();
  for await (const { subject } of requests) {
    if (subject.startsWith("hello_")) seen.add(subject.replace(/-[0-9a-f]+$/, ""));
  }
  expect([...seen].toSorted()).toEqual(["hello_backend.generate", "hello_middle.generate"]);
  expect(await graph.stop()).toBe(0);
  await eye.close();
});

test("a worker that is killed, and a caller that is, are noticed at once with answers over NATS", async () => {
  await using nats = await Nats.start();
  const folder = folderOf("killed");
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
  const folder = folderOf("suspended");
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

test("what the server does not allow is permission_denied, when serving and when calling", async () => {
  const folder = folderOf("permissions");
  const config = join(folder, "nats.conf");
  const own = '{ publish: ["_INBOX.>"], subscribe: ["_INBOX.>"] }';
  writeFileSync(
    config,
    `authorization { users = [ { user: all, password: a }, { user: few, password: b, permissions: ${own} } ] }`,
  );
  await using nats = await Nats.start({ arguments: ["--config", config] });
  await using worker = await runtimeOn(nats, folder, { natsUsername: "all", natsPassword: "a" });
  await worker.endpoint("allowed.worker.run").serveEndpoint(echo);
  await using few = await runtimeOn(nats, folder, { natsUsername: "few", natsPassword: "b" });
  const serving = await failure(few.endpoint("other.worker.run").serveEndpoint(echo));
  expect(serving).toMatchObject({ code: "permission_denied", message: expect.stringContaining("other_worker.run-") });
  const client = await few.endpoint("allowed.worker.run").client();
  await client.waitForInstances({ timeoutMs: 20_000 });
  const calling = await failure(client.generate("x").one());
  expect(calling).toMatchObject({ code: "permission_denied", message: expect.stringContaining("allowed_worker.run-") });
  expect(await counter(few, "stator_nats_refusals_total")).toBe(2);
});

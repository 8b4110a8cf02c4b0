/** Calls over NATS, without the original: records, the form of requests, limits, graphs and contracts. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { type Client, DistributedRuntime } from "@stator/runtime-native";
import { connect, type NatsConnection } from "nats";

import { TextsClient } from "../../packages/codegen/tests/fixtures/generations/generated/first/index.ts";
import { Etcd } from "../../scripts/lib/servers/etcd.ts";
import { Nats } from "../../scripts/lib/servers/nats.ts";
import { streamWords } from "../../scripts/lib/stream-words.ts";
import { Command, until, within } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { Graph } from "../support/graph.ts";
import { echo, fault, NatsPlace, runtimeOn } from "../support/nats-place.ts";
import { NatsWorker, writeRecord } from "../support/nats-worker.ts";

const place = new NatsPlace();
afterAll(() => place[Symbol.dispose]());

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
    folder = place.folder("ours");
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

test("callers and workers on tcp and on nats reach each other", async () => {
  await using nats = await Nats.start();
  const folder = place.folder("both");
  const tcp = { discovery: "file", filePath: folder, requestPlane: "tcp" } as const;
  await using overNats = await runtimeOn(nats, folder);
  await using overTcp = await DistributedRuntime.create(tcp);
  for (const runtime of [overNats, overTcp]) await runtime.endpoint("both.worker.run").serveEndpoint(echo);
  for (const [runtime, wires] of [
    [overNats, ["dynamo", "stator"]],
    [overTcp, ["stator", "stator"]],
  ] as const) {
    await using client = await runtime.endpoint("both.worker.run").client();
    const ids = await client.waitForInstances({ min: 2, timeoutMs: 20_000 });
    for (const id of ids) expect(await client.direct("hello", id).one()).toBe("hello");
    expect(
      client
        .instances()
        .map(({ wire }) => wire)
        .toSorted(),
    ).toEqual([...wires]);
  }
});

test("a client on tcp is told of a worker that it cannot call", async () => {
  const folder = place.folder("tcp");
  await using caller = await DistributedRuntime.create({ discovery: "file", filePath: folder });
  writeRecord(folder, { nats_tcp: NatsWorker.subject });
  const client = await caller.endpoint("hand.worker.run").client();
  const error = await failure(client.generate("x").one());
  expect(error).toMatchObject({ code: "no_instances", message: expect.stringContaining("DYN_REQUEST_PLANE=nats") });
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

test("the document of a contract comes over NATS", async () => {
  await using nats = await Nats.start();
  const folder = place.folder("contracts");
  const environment = { DYN_REQUEST_PLANE: "nats", NATS_SERVER: nats.url };
  await using young = new Command(["tests/e2e/fixtures/generations.ts", "2", folder], environment);
  await young.line(/^ready/);
  const eye = await connect({ servers: nats.url });
  const requests = eye.subscribe("generations_texts.*");
  await eye.flush();
  await using caller = await runtimeOn(nats, folder);
  const texts = await TextsClient.connect(caller);
  await texts.waitForInstances();
  expect(await texts.count({ text: "four words of text" })).toEqual({ words: 4, release: 2 });
  await eye.flush();
  requests.unsubscribe();
  const asked: string[] = [];
  for await (const { headers } of requests) asked.push(headers?.get("x-endpoint-path") ?? "");
  expect(asked).toContain("_stator._contracts._document");
  await eye.close();
});

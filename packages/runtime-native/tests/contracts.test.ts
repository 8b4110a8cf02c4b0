import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";

import { type Client, DistributedRuntime, type EndpointContract, type Instance } from "../src/index.ts";
import { contractOf, fresh, optional } from "./support/contract.ts";
import { failure } from "./support/failure.ts";
import { freshPath, PLANES, runtimeOn } from "./support/pair.ts";
import { RawWorker, type Write } from "./support/raw-worker.ts";
import { contractOf as contractIn, FLAG, frame, FrameReader, KIND, ONLY, preface } from "./support/wire.ts";

const root = mkdtempSync(join(tmpdir(), "stator-contracts-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DOCUMENT = "_stator._contracts._document";
const TOO_NARROW = "request text: the reader takes a length of at most 100, the writer has no limit";

interface Text {
  readonly text: string;
}

async function* onePart(): AsyncGenerator<string> {
  yield "one";
}

/** Waits until the client knows as much about its one instance. */
async function stands<Req, Res>(client: Client<Req, Res>, compatibility: Instance["compatibility"]): Promise<Instance> {
  for (;;) {
    const [instance] = client.instances();
    if (instance?.compatibility === compatibility) return instance;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(PLANES)("contracts, over %s", (plane) => {
  test("the service knows its callers' contracts, and clients those of instances", async () => {
    const own = contractOf({}, fresh());
    const other = contractOf({}, { ...fresh(), ...optional("more") });
    const path = freshPath();
    await using worker = await runtimeOn(plane);
    await worker
      .endpoint(path)
      .serveEndpoint<Text, string | null>(async (_, context) => context.callerContract, { contract: own });
    await using caller = await runtimeOn(plane);
    for (const contract of [own, other, undefined]) {
      await using client = await caller.endpoint(path).client<Text, string | null>({ contract });
      await client.waitForInstances();
      const metadata = { key: "value ß" };
      for (const options of [{}, { id: "the id ß" }, { metadata }, { id: "both", metadata }]) {
        expect(await client.generate({ text: "a" }, options).one()).toBe(contract?.hash.slice(0, 32) ?? null);
      }
      const instance = await stands(client, "compatible");
      expect(instance).toMatchObject({ contract: own.hash.slice(0, 32), breaks: [] });
    }
  });

  test("the caller's contract disturbs neither the id nor the metadata of its calls", async () => {
    const path = freshPath();
    await using worker = await runtimeOn(plane);
    await worker.endpoint(path).serveEndpoint<AsyncIterable<string>, unknown>(async function* (parts, context) {
      for await (const part of parts) yield part;
      yield [context.id, context.metadata, context.callerContract];
    });
    await using caller = await runtimeOn(plane);
    const contract = contractOf({}, fresh());
    await using client = await caller.endpoint(path).client<string, unknown>({ contract });
    await client.waitForInstances();
    const items = await Array.fromAsync(client.generate(onePart(), { id: "id 😀", metadata: { a: "ä" } }));
    expect(items).toEqual(["one", ["id 😀", { a: "ä" }, contract.hash.slice(0, 32)]]);
  });

  test("an incompatible instance gets no calls, and the error names what breaks", async () => {
    const mark = fresh();
    const [own, narrow] = [contractOf({}, mark), contractOf({ maxLength: 100 }, mark)];
    const path = freshPath();
    await using worker = await runtimeOn(plane);
    const served = worker.endpoint(path);
    await served.serveEndpoint<Text, Text>(async (request) => request, { contract: narrow });
    await using caller = await runtimeOn(plane);
    await using client = await caller.endpoint(path).client<Text, Text>({ contract: own });
    // Made before anybody has judged.
    const early = failure(client.generate({ text: "a" }).one());
    const instance = await stands(client, "incompatible");
    expect(instance).toMatchObject({ contract: narrow.hash.slice(0, 32), breaks: [TOO_NARROW] });
    const direct = failure(client.direct({ text: "a" }, worker.instanceId).one());
    const waited = failure(client.waitForInstances({ timeoutMs: 10 }));
    for (const error of [await early, await direct, await waited]) {
      expect([error.code, error.instanceId, error.retryable]).toEqual(["version_mismatch", worker.instanceId, false]);
      for (const part of [path, String(worker.instanceId), TOO_NARROW]) expect(error.message).toContain(part);
      expect(error.details).toEqual({
        callerContract: own.hash.slice(0, 32),
        serviceContract: narrow.hash.slice(0, 32),
        breaks: [TOO_NARROW],
      });
    }
    expect(client.instanceIds()).toEqual([worker.instanceId]);
    // The same for a caller that reads what the service writes: it sends less than is taken.
    await using other = await caller.endpoint(path).client<Text, Text>({ contract: narrow });
    expect(await other.generate({ text: "a" }).one()).toEqual({ text: "a" });
  });

  test("documents are loaded when they are needed: once by the service, and by callers that meet another contract", async () => {
    const mark = fresh();
    const [own, other] = [contractOf({}, mark), contractOf({}, { ...mark, ...optional("more") })];
    const loads: string[] = [];
    const lazy = (name: string, { hash, document }: EndpointContract & { document: string }): EndpointContract => ({
      hash,
      document: () => {
        loads.push(name);
        return Promise.resolve(document);
      },
    });
    const path = freshPath();
    await using worker = await runtimeOn(plane);
    await worker.endpoint(path).serveEndpoint<Text, Text>(async (text) => text, { contract: lazy("service", own) });
    await using caller = await runtimeOn(plane);
    await using same = await caller.endpoint(path).client<Text, Text>({ contract: lazy("same", own) });
    await same.waitForInstances();
    await same.generate({ text: "a" }).one();
    expect(loads).toEqual(["service"]);
    await using first = await caller.endpoint(path).client<Text, Text>({ contract: lazy("other", other) });
    await stands(first, "compatible");
    await using second = await caller.endpoint(path).client<Text, Text>({ contract: lazy("later", other) });
    await stands(second, "compatible");
    expect(loads).toEqual(["service", "other"]);
  });
});

describe("what is no contract", () => {
  const good = contractOf();
  const WRONG: [name: string, contract: unknown, message: string][] = [
    ["nothing", {}, "contract.hash of a.b.c is missing"],
    ["a short hash", { ...good, hash: "abc" }, 'contract.hash of a.b.c is "abc"'],
    ["a hash in capitals", { ...good, hash: good.hash.toUpperCase() }, "contract.hash of a.b.c is"],
    ["no document", { hash: good.hash }, "contract.document of a.b.c is a undefined"],
  ];

  test.each(WRONG)("%s is refused by clients and services", async (_, contract, message) => {
    await using runtime = await runtimeOn("memory");
    const endpoint = runtime.endpoint("a.b.c");
    const options = { contract: contract as EndpointContract };
    for (const work of [endpoint.client(options), endpoint.serveEndpoint(async () => null, options)]) {
      const error = await failure(work);
      expect([error.code, error.message]).toEqual(["invalid_argument", expect.stringContaining(message) as string]);
    }
  });

  test("a service starts only with its own document", async () => {
    await using runtime = await runtimeOn("memory");
    const endpoint = runtime.endpoint("a.b.c");
    const { hash } = good;
    const broken: [document: EndpointContract["document"], message: string][] = [
      ["{}", `does not hold the contract ${hash.slice(0, 32)}`],
      [() => Promise.reject(new Error("no such file")), "cannot be loaded: no such file"],
      [() => 5 as unknown as string, "is a number"],
      [`${hash}${" ".repeat(1024 * 1024)}`, "the limit is 1048576"],
    ];
    for (const [document, message] of broken) {
      const error = await failure(endpoint.serveEndpoint(async () => null, { contract: { hash, document } }));
      expect([error.code, error.message]).toEqual(["invalid_argument", expect.stringContaining(message) as string]);
    }
    await endpoint.serveEndpoint(async () => null, { contract: good });
  });

  test("a namespace of the runtime's own", async () => {
    await using runtime = await runtimeOn("memory");
    const error = await failure(runtime.endpoint(DOCUMENT).serveEndpoint(async () => null));
    expect([error.code, error.message]).toEqual([
      "invalid_argument",
      expect.stringContaining("begins with an underscore") as string,
    ]);
  });
});

/** A worker by hand that serves calls, and answers for its contract as it likes. */
function handmade(folder: string, contract: unknown, answer: (request: string, write: Write) => void): RawWorker {
  return new RawWorker(
    folder,
    "a.b.c",
    77n,
    (request, write, path) => {
      if (path === DOCUMENT) answer(request, write);
      else write(KIND.data, ONLY, '{"text":"served"}');
    },
    contract,
  );
}

describe("peers by hand", () => {
  test("the document is asked for once, however many clients and calls there are", async () => {
    const folder = mkdtempSync(join(root, "kv-"));
    const mark = fresh();
    const [own, other] = [contractOf({}, mark), contractOf({}, { ...mark, ...optional("more") })];
    const asked: string[] = [];
    using _ = handmade(folder, other.hash.slice(0, 32), (request, write) => {
      asked.push(request);
      write(KIND.data, ONLY, other.document);
    });
    for (let round = 0; round < 2; round++) {
      await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
      for (let client = 0; client < 5; client++) {
        await using each = await runtime.endpoint("a.b.c").client<Text, Text>({ contract: own });
        await each.waitForInstances();
        await Promise.all(Array.from({ length: 20 }, () => each.generate({ text: "a" }).one()));
      }
    }
    expect(asked).toEqual([`{"hash":"${other.hash.slice(0, 32)}"}`]);
  });

  test("a caller says its contract as the wire has it", async () => {
    const own = contractOf({}, fresh());
    await using runtime = await DistributedRuntime.create({
      discovery: "file",
      filePath: mkdtempSync(join(root, "kv-")),
    });
    const callers: (string | null)[] = [];
    await runtime.endpoint("a.b.c").serveEndpoint<unknown, null>(
      async (__, context) => {
        callers.push(context.callerContract);
        return null;
      },
      { contract: own },
    );
    await using client = await runtime.endpoint("a.b.c").client();
    await client.waitForInstances();
    const [hostname = "", port = ""] = client.instances()[0]?.address.split(":") ?? [];
    const others = "00112233445566778899aabbccddeeff";
    const opens = [
      open(0, "00000000"),
      open(2, `00000000${own.hash.slice(0, 32)}`),
      open(2, `00000000${others}`),
      // What later versions may append, and a flag that nobody knows yet.
      open(0x82, `00000000${others}ffff`),
      open(0, "00000000ffff"),
    ];
    expect(opens.map(contractIn)).toEqual(["", own.hash.slice(0, 32), others, others, ""]);
    await answers(
      { hostname, port: Number(port) },
      opens.flatMap((payload, index) => [
        frame(KIND.open, 0, index + 1, payload),
        frame(KIND.data, ONLY, index + 1, "null"),
      ]),
      opens.length,
    );
    expect(callers).toEqual([null, own.hash.slice(0, 32), others, others, null]);
  });

  const own = contractOf({}, fresh());
  const deep = `{"version":1,"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  const ANSWERS: [name: string, answer: (write: Write, hash: string) => void][] = [
    ["garbage", (write) => write(KIND.data, ONLY, "no JSON")],
    ["an error", (write) => write(KIND.error, FLAG.refused, '{"code":"not_found","message":"odd\\n\\u001b[31m"}')],
    ["nothing", (write) => write(KIND.data, FLAG.endStream, "")],
    ["deep nesting", (write) => pieces(write, deep)],
    ["the document of another contract", (write) => write(KIND.data, ONLY, contractOf().document)],
    [
      "a document with another content",
      (write, hash) => write(KIND.data, ONLY, own.document.replaceAll(own.hash, hash).replace("Request", "?")),
    ],
  ];

  test.each(ANSWERS)("%s in place of a document: the instance is used, after others", async (name, answer) => {
    const folder = mkdtempSync(join(root, "kv-"));
    const hash = new Bun.CryptoHasher("sha256").update(name).digest("hex");
    using _ = handmade(folder, hash.slice(0, 32), (__, write) => answer(write, hash));
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await using client = await runtime.endpoint("a.b.c").client<Text, Text>({ contract: own });
    await client.waitForInstances();
    expect(await client.generate({ text: "a" }).one()).toEqual({ text: "served" });
    await stands(client, "unknown");
    // One that is known to fit is preferred.
    await using good = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await good.endpoint("a.b.c").serveEndpoint<Text, Text>(async () => ({ text: "good" }), { contract: own });
    await client.waitForInstances({ min: 2 });
    for (let call = 0; call < 10; call++) expect(await client.generate({ text: "a" }).one()).toEqual({ text: "good" });
  });

  test("a worker that never answers for its contract holds a first call up for some seconds, and no other", async () => {
    const folder = mkdtempSync(join(root, "kv-"));
    using _ = handmade(folder, "5".repeat(32), () => {});
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await using client = await runtime.endpoint("a.b.c").client<Text, Text>({ contract: own });
    await client.waitForInstances();
    expect(await client.generate({ text: "a" }).one()).toEqual({ text: "served" });
    expect(client.instances()).toMatchObject([{ compatibility: "unknown" }]);
    await Promise.all(Array.from({ length: 100 }, () => client.generate({ text: "a" }).one()));
  });

  test("a hash of a wrong form counts as none, and a record of a wrong form is none", async () => {
    for (const contract of ["", "xyz", "A".repeat(32), "f".repeat(30_000), null]) {
      const folder = mkdtempSync(join(root, "kv-"));
      using _ = handmade(folder, contract, () => {
        throw new Error("It was asked.");
      });
      await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
      await using client = await runtime.endpoint("a.b.c").client<Text, Text>({ contract: own });
      await client.waitForInstances();
      expect(client.instances()).toMatchObject([{ contract: null, compatibility: "compatible" }]);
      expect(await client.generate({ text: "a" }).one()).toEqual({ text: "served" });
    }
    const folder = mkdtempSync(join(root, "kv-"));
    using _ = handmade(folder, { hash: 5 }, () => {});
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await using good = await DistributedRuntime.create({ discovery: "file", filePath: folder });
    await good.endpoint("a.b.c").serveEndpoint(async () => null);
    await using client = await runtime.endpoint("a.b.c").client<Text, Text>({ contract: own });
    expect(await client.waitForInstances()).toEqual([good.instanceId]);
  });
});

/** The payload of an open frame: no deadline, and what comes after the path as hex. */
function open(flags: number, rest: string): Buffer {
  const path = Buffer.from("a.b.c").toString("hex");
  return Buffer.from(`${flags.toString(16).padStart(2, "0")}000000000005${path}${rest}`, "hex");
}

function pieces(write: Write, text: string): void {
  for (let at = 0; at < text.length; at += 60_000) write(KIND.data, 0, text.slice(at, at + 60_000));
  write(KIND.data, ONLY, "");
}

/** Sends frames to a worker and waits for so many answers. */
function answers(address: { hostname: string; port: number }, frames: readonly Buffer[], count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reader = new FrameReader();
  let seen = 0;
  void Bun.connect({
    ...address,
    socket: {
      open: (socket) => void socket.write(Buffer.concat([preface(), ...frames])),
      data: (socket, bytes) => {
        seen += reader.push(bytes).filter(({ kind }) => kind === KIND.data).length;
        if (seen < count) return;
        resolve();
        socket.end();
      },
      close: () => reject(new Error(`the connection was closed after ${seen} answers`)),
      error: (_, error) => reject(error),
    },
  });
  return promise;
}

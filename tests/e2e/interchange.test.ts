import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";

import { DeclaredError, DistributedRuntime, type EndpointContract, StatorError } from "@stator/runtime-native";

import {
  CounterClient,
  CounterContract,
  CountError,
  type Words,
} from "../../apps/examples/mixed-languages/generated/index.ts";
import { parseDocument, sealDocument } from "../../packages/contract/src/index.ts";
import { root, until } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { Graph } from "../support/graph.ts";
import { type CounterCaller, RustCaller } from "../support/rust-caller.ts";

const SERVICES = [
  ["rust", "apps/examples/mixed-languages/counter.ts#Counter"],
  ["typescript", "apps/examples/mixed-languages/counter-in-typescript.ts#Counter"],
] as const;

const WIDEST = { unsigned: 2n ** 64n - 1n, signed: -(2n ** 63n) };

async function read(stream: AsyncIterable<unknown>): Promise<{ items: unknown[]; error: Error }> {
  const items: unknown[] = [];
  const error = await failure(
    (async () => {
      for await (const item of stream) items.push(item);
    })(),
  );
  return { items, error };
}

/** One suite for all: who serves and who calls must make no difference. */
describe.each(SERVICES)("a service in %s", (language, target) => {
  let graph: Graph;
  let runtime: DistributedRuntime;
  beforeAll(async () => {
    graph = await Graph.start(target);
    runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  });
  afterAll(async () => {
    await runtime.shutdown();
    await graph[Symbol.asyncDispose]();
  });

  describe.each(["typescript", "rust"])("called from %s", (from) => {
    let caller: CounterCaller;
    beforeAll(async () => {
      if (from === "rust") {
        caller = await RustCaller.start(graph.discovery);
      } else {
        const client = await CounterClient.connect(runtime);
        await client.waitForInstances({ timeoutMs: 30_000 });
        caller = client;
      }
    });
    afterAll(() => caller[Symbol.asyncDispose]());

    test("gives the widest integers back exactly, instance ids too", async () => {
      const answer = await caller.exact(WIDEST);
      const instance = BigInt(graph.worker("mixed.counter").instanceId);
      expect(answer).toEqual({ ...WIDEST, seenBy: [{ service: "Counter", language, instance }] });
      const before = { service: "A", language, instance: 2n ** 64n - 1n };
      expect((await caller.exact({ unsigned: 0, signed: 1, seenBy: [before] })).seenBy[0]).toEqual(before);
    });

    test("fails with the error that it declares", async () => {
      expect(await caller.count({ text: "three words here" })).toEqual({ words: 3n });
      const error = await failure(caller.count({ text: "word ".repeat(101) }));
      expect(error).toBeInstanceOf(DeclaredError);
      expect(CountError.is(error) && error.value).toEqual({ kind: "too_many", most: 100n, found: 101n });
      expect(error).toMatchObject({
        code: "declared",
        message: "The text has more words than are counted.",
        httpStatus: 413,
        retryable: false,
        instanceId: BigInt(graph.worker("mixed.counter").instanceId),
      });
    });

    test("streams items, and the declared error after them", async () => {
      const text = Array.from({ length: 2_000 }, (_, index) => `w${index}`).join(" ");
      const tokens = await Array.fromAsync(caller.split({ text }));
      expect(tokens).toHaveLength(2_000);
      expect(tokens.at(-1)).toEqual({ index: 1_999, text: "w1999" });
      const { items, error } = await read(caller.split({ text: "all but the forbidden word" }));
      expect(items).toHaveLength(3);
      expect(CountError.is(error) && error.value).toEqual({ kind: "forbidden", word: "forbidden", index: 3 });
      expect(error).toMatchObject({ httpStatus: 422 });
    });

    test("takes a stream of requests", async () => {
      expect(await caller.collect([{ text: "a b" }, { text: "" }, { text: "c" }])).toEqual({ words: 3n });
      expect(await caller.collect([])).toEqual({ words: 0n });
      const error = await failure(caller.collect(Array.from({ length: 200 }, () => ({ text: "word" }))));
      expect(CountError.is(error) && error.value).toEqual({ kind: "too_many", most: 100n, found: 101n });
    });

    test("answers each request before the next one comes", async () => {
      const turns: bigint[] = [];
      let answered = Promise.withResolvers<void>();
      async function* requests(): AsyncGenerator<Words> {
        for (const text of ["a", "b c", "d e f", "forbidden"]) {
          yield { text };
          await answered.promise;
          answered = Promise.withResolvers<void>();
        }
      }
      const error = await failure(
        (async () => {
          for await (const { words } of caller.tally(requests())) {
            turns.push(words);
            answered.resolve();
          }
        })(),
      );
      expect(turns).toEqual([1n, 3n, 6n]);
      expect(CountError.is(error) && error.value).toMatchObject({ kind: "forbidden" });
    });

    test("refuses a request that breaks its contract before it is sent", async () => {
      const { error } = await read(lazily(() => caller.wait({ name: "", tokens: 1 })));
      expect(error).toMatchObject({
        code: "invalid_request",
        message: "mixed.counter.wait: name: expected 1 to 64 bytes of UTF-8, got 0",
      });
    });

    test("is told when its caller leaves", async () => {
      const name = `left-by-${from}`;
      for await (const token of caller.wait({ name, tokens: 2 })) if (token.index === 1) break;
      await graph.command.line(new RegExp(`waited enough .*name=${name}\\b`));
    });

    test("is told when the time is up", async () => {
      const name = `late-for-${from}`;
      const { error } = await read(caller.wait({ name, tokens: 1 }, { timeoutMs: 300 }));
      expect(error).toMatchObject({ code: "deadline_exceeded" });
      await graph.command.line(new RegExp(`waited enough .*name=${name}\\b`));
    });
  });

  test("is compared with what its callers were built with", async () => {
    const endpoint = runtime.endpoint("mixed.counter.count");
    const { count } = CounterContract.endpoints;
    await using same = await endpoint.client<Words, unknown>({ contract: count });
    await same.waitForInstances({ timeoutMs: 30_000 });
    expect(same.instances()).toMatchObject([{ contract: count.hash.slice(0, 32), compatibility: "compatible" }]);

    // Verdicts are kept for the whole process, so each language gets limits of its own.
    const more = language.length;
    await using narrow = await endpoint.client<Words, unknown>({ contract: await countOf(100 + more) });
    await narrow.waitForInstances({ timeoutMs: 30_000 });
    expect(await narrow.generate({ text: "a b" }).one()).toEqual({ words: 2 });
    expect(narrow.instances()).toMatchObject([{ compatibility: "compatible" }]);

    await using wide = await endpoint.client<Words, unknown>({ contract: await countOf(2_000_000 + more) });
    await until(() => wide.instances()[0]?.compatibility === "incompatible", "the verdict");
    const breaks = `request text: the reader takes a length of at most 1048576, the writer sends up to ${2_000_000 + more}`;
    expect(wide.instances()).toMatchObject([{ breaks: [breaks] }]);
    expect(await failure(wide.generate({ text: "a b" }).one())).toMatchObject({ code: "version_mismatch" });
  });

  test("checks what callers send who do not", async () => {
    const { namespace, component, endpoints } = CounterContract;
    const counter = runtime.namespace(namespace).component(component);
    const fails = async (name: string, request: unknown): Promise<Error> => {
      await using client = await counter.endpoint(name).client<unknown, unknown>();
      await client.waitForInstances({ timeoutMs: 30_000 });
      return failure(client.generate(request).one());
    };
    const limit = await fails(endpoints.wait.name, { name: "", tokens: 1 });
    expect(limit).toBeInstanceOf(StatorError);
    expect(limit).toMatchObject({
      code: "invalid_request",
      message: "mixed.counter.wait: name: expected 1 to 64 bytes of UTF-8, got 0",
    });
    // Where serde stops, the words are its own; code and path are the same.
    const wrong = await fails(endpoints.exact.name, { ...WIDEST, seenBy: [{ service: "A", language, instance: -1 }] });
    expect(wrong).toMatchObject({ code: "invalid_request" });
    expect(wrong.message).toStartWith("mixed.counter.exact: seenBy[0].instance: ");
    const one = await fails(endpoints.collect.name, { text: "a" });
    expect(one).toMatchObject({
      code: "invalid_request",
      message: "mixed.counter.collect: the endpoint takes a stream of requests, and the caller sends one request",
    });
    const many = await fails(
      endpoints.count.name,
      lazily(() => requestsOf([{ text: "a" }])),
    );
    expect(many).toMatchObject({
      code: "invalid_request",
      message: "mixed.counter.count: the endpoint takes one request, and the caller sends a stream of requests",
    });
  });
});

/** The contract of a caller that was built when a text had another limit. */
async function countOf(maxLength: number): Promise<EndpointContract> {
  const path = join(root, "apps/examples/mixed-languages/generated/document.json");
  const document = parseDocument(await Bun.file(path).text(), path);
  const types = document.types.map((type) => {
    if (type.name !== "Words" || type.shape.kind !== "struct") return type;
    const fields = type.shape.fields.map((field) => ({ ...field, limits: { maxLength } }));
    return { ...type, shape: { ...type.shape, fields } };
  });
  const other = sealDocument({ ...document, types });
  const endpoints = other.document.services.flatMap((service) => service.endpoints);
  return { hash: endpoints.find(({ name }) => name === "count")?.hash ?? "", document: other.text };
}

/** Generated clients check a request when the call is made, and throw there. */
async function* lazily<Item>(make: () => AsyncIterable<Item>): AsyncGenerator<Item> {
  yield* make();
}

async function* requestsOf<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DistributedRuntime, StatorError } from "@stator/runtime-native";
import {
  Binary,
  checkedEach,
  FixtureServiceClient,
  FixtureServiceContract,
  Optional,
  type Pair,
  type PairInput,
  type Scalars,
  Widest,
} from "./fixtures/generated/index.ts";

const scalars: Scalars = { yes: true, u8: 1, i8: 1, u16: 1, i16: 1, u32: 3, i32: 1, f32: 1, f64: 1 };

let runtime: DistributedRuntime;
let client: FixtureServiceClient;
/** What the service that is called does next. */
let wide: unknown;
let lastSeen = 0;
let ended: Promise<void>;

beforeAll(async () => {
  runtime = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
  const { namespace, component, endpoints } = FixtureServiceContract;
  const served = runtime.namespace(namespace).component(component);
  await served.endpoint(endpoints.getWide.name).serveEndpoint(async () => wide);
  const end = Promise.withResolvers<void>();
  ended = end.promise;
  await served.endpoint(endpoints.listPairs.name).serveEndpoint<Scalars, unknown>(async function* (request) {
    try {
      for (let index = 0; index < request.u32; index++) {
        lastSeen = index;
        yield [`pair ${index}`, 2n ** 64n - 1n - BigInt(index)];
      }
      if (request.u8 === 255) yield ["broken", -1];
      if (!request.yes) for (;;) yield ["endless", 0];
    } finally {
      if (!request.yes) end.resolve();
    }
  });
  await served.endpoint(endpoints.collect.name).serveEndpoint<AsyncIterable<Optional>, unknown>(async (requests) => {
    const list: unknown[] = [];
    // What any caller sends, checked request by request.
    for await (const { plain } of checkedEach(Optional, requests, endpoints.collect.name)) list.push(plain);
    return { unsigned: list.length, signed: 0, list };
  });
  await served
    .endpoint(endpoints.converse.name)
    .serveEndpoint<AsyncIterable<Pair>, unknown>(async function* (requests) {
      for await (const [name, value] of requests) {
        if (name === "stop") return;
        yield name === "break" ? [name, -1] : [`${name}!`, value];
      }
    });
  client = await FixtureServiceClient.connect(runtime);
  await client.waitForInstances({ timeoutMs: 10_000 });
});

afterAll(async () => {
  await client.close();
  await runtime.shutdown();
});

test("a unary call gives the item, with integers exact and small ones as bigint too", async () => {
  wide = { unsigned: 2n ** 64n - 1n, signed: -(2n ** 63n), list: [0, 1], more: "dropped" };
  expect(await client.getWide({})).toEqual({
    unsigned: 2n ** 64n - 1n,
    signed: -(2n ** 63n),
    list: [0n, 1n],
    maybe: null,
  });
});

/** What the service gives as its pair with that index. */
function pairAt(index: number): Pair {
  return [`pair ${index}`, 2n ** 64n - 1n - BigInt(index)];
}

test("a stream gives arrays of its items in order; those before one that does not fit come first", async () => {
  const batches: Pair[][] = [];
  for await (const batch of client.listPairs({ ...scalars, u32: 500 }).batches()) batches.push(batch);
  expect(batches.flat()).toEqual(Array.from({ length: 500 }, (_, index) => pairAt(index)));
  expect(batches.every((batch) => batch.length > 0)).toBe(true);

  const items: Pair[] = [];
  const reading = (async () => {
    for await (const batch of client.listPairs({ ...scalars, u8: 255 }).batches()) items.push(...batch);
  })();
  expect(await reading.catch((error: unknown) => error)).toMatchObject({ code: "invalid_response" });
  expect(items).toEqual([0, 1, 2].map(pairAt));
});

test("a stream gives its items in order", async () => {
  const items = [];
  for await (const pair of client.listPairs(scalars)) items.push(pair);
  expect(items).toEqual([
    ["pair 0", 2n ** 64n - 1n],
    ["pair 1", 2n ** 64n - 2n],
    ["pair 2", 2n ** 64n - 3n],
  ]);
  expect(lastSeen).toBe(2);
});

test("as a stream of the web platform", async () => {
  const reader = client
    .listPairs({ ...scalars, u32: 1 })
    .toReadableStream()
    .getReader();
  expect(await reader.read()).toEqual({ done: false, value: ["pair 0", 2n ** 64n - 1n] });
  expect((await reader.read()).done).toBe(true);
});

test("break ends the generator of the service", async () => {
  for await (const pair of client.listPairs({ ...scalars, yes: false })) if (pair[0] === "endless") break;
  await ended;
});

async function* misfits(): AsyncGenerator {
  yield { plain: 1 };
  yield { plain: "2" };
}

async function* numbers(count: number): AsyncGenerator<{ plain: number }> {
  for (let plain = 0; plain < count; plain++) yield { plain };
}

test("bytes and integers of 128 bits cross the runtime exactly", async () => {
  const endpoint = runtime.endpoint("fixtures.exact.echo");
  const seen: unknown[] = [];
  await endpoint.serveEndpoint<unknown, unknown>(async function* (request) {
    const binary = Binary.parse(request);
    seen.push(request);
    yield binary;
    yield Widest.parse({ unsigned: 2n ** 128n - 1n, signed: -(2n ** 127n) });
  });
  await using caller = await endpoint.client<unknown, unknown>();
  await caller.waitForInstances({ timeoutMs: 10_000 });
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const binary = { bytes, maybe: null, list: [bytes], map: {}, vec: bytes, shared: bytes };
  const items: unknown[] = [];
  for await (const item of caller.generate(Binary.parse(binary))) items.push(item);
  expect(seen).toMatchObject([{ bytes: bytes.toBase64(), missing: "" }]);
  expect([...Binary.parse(items[0]).bytes]).toEqual([...bytes]);
  expect(Widest.parse(items[1])).toEqual({ unsigned: 2n ** 128n - 1n, signed: -(2n ** 127n) });
});

describe("streams of requests", () => {
  test("many for one: an async iterable or a list, each request checked and completed", async () => {
    expect(await client.collect([{ plain: 1 }, { plain: 2 ** 32 - 1 }])).toEqual({
      unsigned: 2n,
      signed: 0n,
      list: [1n, 4294967295n],
      maybe: null,
    });
    expect((await client.collect(numbers(2_000))).list).toHaveLength(2_000);
    expect((await client.collect([])).unsigned).toBe(0n);
  });

  test("a service checks each request of callers that do not", async () => {
    const { namespace, component, endpoints } = FixtureServiceContract;
    const endpoint = runtime.namespace(namespace).component(component).endpoint(endpoints.collect.name);
    await using unchecked = await endpoint.client<unknown, unknown>();
    await unchecked.waitForInstances({ timeoutMs: 10_000 });
    const failed = unchecked.generate(misfits()).one();
    expect(await failed.catch((error: unknown) => error)).toMatchObject({
      code: "invalid_request",
      message: 'collect: plain: expected u32, got "2"',
    });
  });

  test("many for many: each answer is there before the next request", async () => {
    const turns: string[] = [];
    const next = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    async function* requests(): AsyncGenerator<PairInput> {
      yield ["a", 2n ** 64n - 1n];
      await next[0].promise;
      yield ["b", 7];
      await next[1].promise;
    }
    for await (const [name, value] of client.converse(requests())) {
      turns.push(`${name} ${value}`);
      next[turns.length - 1]?.resolve();
    }
    expect(turns).toEqual(["a! 18446744073709551615", "b! 7"]);
  });

  test("a request that does not fit ends the call, and its source", async () => {
    let isOver = false;
    async function* requests(): AsyncGenerator<PairInput> {
      try {
        yield ["a", 1];
        yield ["b", -1];
      } finally {
        isOver = true;
      }
    }
    const items: Pair[] = [];
    const read = (async () => {
      for await (const pair of client.converse(requests())) items.push(pair);
    })();
    expect(await read.catch((error: unknown) => error)).toMatchObject({
      code: "invalid_request",
      message: "fixtures.all-kinds.converse: [1]: expected u64, got -1",
    });
    expect(isOver).toBe(true);
  });

  test("when the service ends first, so does the source", async () => {
    const over = Promise.withResolvers<void>();
    async function* requests(): AsyncGenerator<PairInput> {
      try {
        for (;;) yield ["stop", 0];
      } finally {
        over.resolve();
      }
    }
    for await (const _ of client.converse(requests()));
    await over.promise;
  });

  test("an item that does not fit is an error of the response", async () => {
    const read = (async () => {
      for await (const _ of client.converse([["break", 1]]));
    })();
    expect(await read.catch((error: unknown) => error)).toMatchObject({ code: "invalid_response" });
  });
});

test("a request that does not fit is refused before it is sent", () => {
  let thrown: unknown = null;
  try {
    client.listPairs({ ...scalars, u8: 256 });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({
    code: "invalid_request",
    message: "fixtures.all-kinds.list: u8: expected u8, got 256",
  });
});

test("a response that does not fit is an error of the response", async () => {
  wide = { unsigned: -1, signed: 0, list: [] };
  const failed = await client.getWide({}).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(StatorError);
  expect(failed).toMatchObject({
    code: "invalid_response",
    message: "fixtures.all-kinds.getWide: unsigned: expected u64, got -1",
    details: { issues: [{ path: ["unsigned"] }] },
  });
  const items: unknown[] = [];
  const read = (async () => {
    for await (const pair of client.listPairs({ ...scalars, u8: 255, u32: 1 })) items.push(pair);
  })();
  expect(await read.catch((error: unknown) => error)).toMatchObject({ code: "invalid_response" });
  expect(items).toHaveLength(1);
});

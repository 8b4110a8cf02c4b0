import { afterAll, beforeAll, expect, test } from "bun:test";
import { DistributedRuntime, StatorError } from "@stator/runtime-native";
import { FixtureServiceClient, FixtureServiceContract, type Scalars } from "./fixtures/generated/index.ts";

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

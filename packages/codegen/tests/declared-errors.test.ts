import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { DeclaredError, DistributedRuntime, StatorError } from "@stator/runtime-native";
import { failure } from "../../../tests/support/failure.ts";
import {
  FailingServiceClient,
  FailingServiceContract,
  MissingError,
  TakeError,
  TextError,
  WideError,
} from "./fixtures/generated/index.ts";

const EXACT = {
  Exact: { unsigned: 2n ** 64n - 1n, signed: -(2n ** 63n), widest: 2n ** 128n - 1n, ratio: 0.1 },
} as const;

let runtime: DistributedRuntime;
let client: FailingServiceClient;
/** What the service throws next. */
let thrown: unknown;
let runs = 0;

async function fail(): Promise<never> {
  runs += 1;
  throw thrown;
}

beforeAll(async () => {
  runtime = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
  const { namespace, component, endpoints } = FailingServiceContract;
  const served = runtime.namespace(namespace).component(component);
  await served.endpoint(endpoints.take.name).serveEndpoint(fail, { idempotent: true });
  await served.endpoint(endpoints.collect.name).serveEndpoint(fail);
  await served.endpoint(endpoints.fine.name).serveEndpoint(fail);
  for (const { name } of [endpoints.stream, endpoints.converse]) {
    await served.endpoint(name).serveEndpoint(async function* () {
      yield ["first", 1];
      throw thrown;
    });
  }
  client = await FailingServiceClient.connect(runtime);
  await client.waitForInstances({ timeoutMs: 10_000 });
});

afterAll(async () => {
  await client.close();
  await runtime.shutdown();
});

const word = "word";

async function read(stream: AsyncIterable<unknown>): Promise<{ items: unknown[]; error: Error }> {
  const items: unknown[] = [];
  const error = await failure(
    (async () => {
      for await (const item of stream) items.push(item);
    })(),
  );
  return { items, error };
}

describe("a declared error", () => {
  test("reaches the caller of a unary call with its value, its message and its status, and is not tried again", async () => {
    thrown = TakeError.error({ kind: "too_long", limit: 7, longestWord: Uint8Array.of(1, 255) });
    const before = runs;
    const error = await failure(client.take(word));
    expect(runs).toBe(before + 1);
    expect(error).toBeInstanceOf(StatorError);
    expect(error).toMatchObject({
      name: "DeclaredError",
      code: "declared",
      type: "TakeError",
      message: "The text is longer than the limit.",
      httpStatus: 413,
      retryable: false,
      instanceId: runtime.instanceId,
    });
    if (!TakeError.is(error)) throw error;
    if (error.value.kind !== "too_long") throw error;
    expect(error.value.limit).toBe(7n);
    expect([...(error.value.longestWord ?? [])]).toEqual([1, 255]);
  });

  test("follows the items of a stream, with every digit", async () => {
    thrown = WideError.error(EXACT);
    const { items, error } = await read(client.stream(word));
    expect(items).toEqual([["first", 1n]]);
    expect(WideError.is(error) && error.value).toEqual(EXACT);
    expect(error).toMatchObject({ httpStatus: 500, message: "WideError: Exact" });
  });

  test("ends calls that take a stream", async () => {
    thrown = TextError.error("not-there");
    const error = await failure(client.collect([word]));
    expect(TextError.is(error) && error.value).toBe("not-there");
    expect(error).toMatchObject({ httpStatus: 404, message: "There is no such thing." });
    thrown = MissingError.error({ name: "it" }, { message: "own words" });
    const { items, error: second } = await read(client.converse([word]));
    expect(items).toHaveLength(1);
    expect(MissingError.is(second) && second.value).toEqual({ name: "it" });
    expect(second.message).toBe("own words");
  });

  test("is known by the contract too, and to nobody else", async () => {
    thrown = TakeError.error({ kind: "refused" });
    const error = await failure(client.take(word));
    expect(FailingServiceContract.endpoints.take.error.is(error)).toBeTrue();
    expect(FailingServiceContract.endpoints.stream.error.is(error)).toBeFalse();
    expect(FailingServiceContract.endpoints.fine.error).toBeNull();
    expect(TextError.is(error)).toBeFalse();
    expect(TakeError.is(new StatorError("declared", "no value"))).toBeFalse();
    expect(TakeError.is("TakeError")).toBeFalse();
  });

  test("reaches clients without a contract, who can ask for its type later", async () => {
    thrown = WideError.error({ Gone: [1, 2n ** 64n - 1n] });
    const { namespace, component, endpoints } = FailingServiceContract;
    await using plain = await runtime
      .namespace(namespace)
      .component(component)
      .endpoint(endpoints.take.name)
      .client<unknown, unknown>();
    await plain.waitForInstances({ timeoutMs: 10_000 });
    const error = await failure(plain.generate(null).one());
    if (!(error instanceof DeclaredError)) throw error;
    expect(error.value).toEqual({ Gone: [1, 2n ** 64n - 1n] });
    expect(error.details).toEqual({ Gone: [1, 2n ** 64n - 1n] });
    if (!WideError.is(error)) throw error;
    expect(error.value).toEqual({ Gone: [1n, 2n ** 64n - 1n] });
  });

  test("that the endpoint does not declare arrives as it is", async () => {
    thrown = TakeError.error({ kind: "busy", atMost: 3 });
    const error = await failure(client.fine(word));
    expect(TakeError.is(error) && error.value).toEqual({ kind: "busy", atMost: 3 });
    expect(error).toMatchObject({ httpStatus: 429, message: "TakeError: busy" });
  });

  test("with a variant that is new to the caller is read as the one for all others", async () => {
    thrown = new DeclaredError("TakeError", { kind: "invented", more: 1 }, null, "new", {});
    const error = await failure(client.take(word));
    expect(TakeError.is(error) && error.value).toEqual({ kind: "unknown" });
  });
});

describe("what does not fit", () => {
  test("is refused where the error is made", () => {
    expect(() => TakeError.error({ kind: "busy", atMost: -1 })).toThrow("TakeError: atMost: expected u32, got -1");
    expect(() => MissingError.error({ name: "" })).toThrow("MissingError: name: expected at least 1 bytes of UTF-8");
  });

  test("becomes invalid_response at the caller, with the path and the instance", async () => {
    thrown = new DeclaredError("WideError", { Gone: [-1] }, null, "broken", {});
    const { error } = await read(client.stream(word));
    expect(error).toMatchObject({
      code: "invalid_response",
      message: "fixtures.failing-service.stream: the error WideError: Gone[0]: expected u64, got -1",
      instanceId: runtime.instanceId,
      details: { error: "WideError", issues: [{ path: ["Gone", "0"] }] },
    });
    expect(WideError.is(error)).toBeFalse();
    expect(WideError.is(error.cause)).toBeFalse();
  });

  test("that cannot be sent is internal, and says why", async () => {
    thrown = new DeclaredError("TakeError", { kind: "\ud800" }, null, "lone", {});
    const error = await failure(client.take(word));
    expect(error).toMatchObject({ code: "internal" });
    expect(error.message).toContain("the error TakeError cannot be sent: it holds text with a lone surrogate");
  });
});

test("an error that is not declared keeps its own code", async () => {
  thrown = new StatorError("overloaded", "later", { details: { seconds: 3 } });
  expect(await failure(client.take(word))).toMatchObject({ code: "overloaded", details: { seconds: 3 } });
  thrown = new TypeError("a mistake");
  const { items, error } = await read(client.stream(word));
  expect(items).toHaveLength(1);
  expect(error).toMatchObject({ code: "internal", remoteName: "TypeError" });
});

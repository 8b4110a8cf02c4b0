import { describe, expect, test } from "bun:test";

import type { CallOptions, ClientOptions } from "../src/index.ts";
import { failure, thrown } from "./support/failure.ts";
import { collect, freshPath, Pair, PLANES, runtimeOn } from "./support/pair.ts";

/** Serves a path on as many runtimes as asked for; each answers with its own id, as text. */
async function workers(plane: "memory" | "tcp", path: string, count: number): Promise<AsyncDisposableStack> {
  const stack = new AsyncDisposableStack();
  for (let index = 0; index < count; index++) {
    const runtime = stack.use(await runtimeOn(plane));
    await runtime.endpoint(path).serveEndpoint(async (_, context) => String(context.instanceId));
  }
  return stack;
}

describe.each(PLANES)("a client, over %s", (plane) => {
  test("it knows the instances as bigint, ascending, and follows them", async () => {
    const path = freshPath();
    await using runtime = await runtimeOn(plane);
    await using client = await runtime.endpoint(path).client();
    expect([client.path, client.instanceIds(), client.instances()]).toEqual([path, [], []]);
    await using stack = await workers(plane, path, 3);
    const ids = await client.waitForInstances({ min: 3 });
    expect(ids).toHaveLength(3);
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(client.instanceIds()).toEqual(ids);
    expect(client.instances().map((instance) => instance.instanceId)).toEqual(ids);
    const [namespace, component, endpoint] = path.split(".");
    expect(client.instances()[0]).toMatchObject({ namespace, component, endpoint });
    expect(client.instances()[0]?.address).toMatch(plane === "tcp" ? /^127\.0\.0\.1:\d+$/ : /^memory:/);
    await using late = await runtimeOn(plane);
    const served = await late.endpoint(path).serveEndpoint(async () => null);
    await client.waitForInstances({ min: 4 });
    await served.stop();
    while (client.instanceIds().length === 4) await new Promise((resolve) => setImmediate(resolve));
    expect(client.instanceIds()).toEqual(ids);
    await stack.disposeAsync();
  });

  test("it tells of each change of the instances, until nobody listens any more", async () => {
    const path = freshPath();
    await using runtime = await runtimeOn(plane);
    await using client = await runtime.endpoint(path).client();
    const seen: number[] = [];
    const changed = { resolve: (): void => {} };
    const next = () => new Promise<void>((resolve) => (changed.resolve = resolve));
    const listening = client.onInstances(() => {
      seen.push(client.instanceIds().length);
      changed.resolve();
    });
    let change = next();
    await using stack = await workers(plane, path, 1);
    await change;
    change = next();
    await stack.disposeAsync();
    await change;
    expect(seen).toEqual([1, 0]);
    listening[Symbol.dispose]();
    await using more = await workers(plane, path, 1);
    await client.waitForInstances();
    expect(more).toBeDefined();
    expect(seen).toEqual([1, 0]);
  });

  test("the routers: in turn, any, least loaded, and one that was named", async () => {
    const path = freshPath();
    await using _ = await workers(plane, path, 3);
    await using runtime = await runtimeOn(plane);
    await using client = await runtime.endpoint(path).client<null, string>();
    const ids = await client.waitForInstances({ min: 3 });
    const turns: string[] = [];
    for (let index = 0; index < 6; index++) turns.push(await client.roundRobin(null).one());
    expect(new Set(turns.slice(0, 3))).toEqual(new Set(ids.map(String)));
    expect(turns.slice(3)).toEqual(turns.slice(0, 3));
    const any = await Promise.all(Array.from({ length: 200 }, () => client.random(null).one()));
    expect(new Set(any)).toEqual(new Set(ids.map(String)));
    const spread = await Promise.all(Array.from({ length: 30 }, () => client.leastLoaded(null).one()));
    for (const id of ids) expect(spread.filter((each) => each === String(id))).toHaveLength(10);
    for (const id of ids) {
      const response = client.direct(null, id);
      expect(await response.one()).toBe(String(id));
      expect(response.instanceId).toBe(id);
    }
  });

  test("generate uses the client's own router", async () => {
    const path = freshPath();
    await using _ = await workers(plane, path, 3);
    await using runtime = await runtimeOn(plane);
    for (const router of ["round-robin", "random", "least-loaded", undefined] as const) {
      await using client = await runtime.endpoint(path).client<null, string>({ router });
      await client.waitForInstances({ min: 3 });
      const taken = await Promise.all(Array.from({ length: 90 }, () => client.generate(null).one()));
      expect(new Set(taken).size).toBe(3);
    }
  });

  test("a call to an instance that is not there says so", async () => {
    await using pair = await Pair.of<null, null>(plane, async () => null);
    const error = await failure(pair.client.direct(null, 42n).one());
    expect([error.code, error.retryable]).toEqual(["no_instances", true]);
    expect(error.message).toContain("instance 42");
    expect(error.message).toContain(pair.path);
  });

  test("who waits in vain is told for what, where, how long, and what is there instead", async () => {
    await using pair = await Pair.of<null, null>(plane, async () => null);
    const near = pair.path.replace("generate", "genrate");
    await using client = await pair.caller.endpoint(near).client();
    for (const work of [client.waitForInstances({ timeoutMs: 20 }), client.generate(null).one()]) {
      const error = await failure(work);
      expect(error.code).toBe("no_instances");
      expect(error.message).toContain(near);
      expect(error.message).toContain("memory");
      expect(error.message).toContain(pair.path);
      expect(error.message).toMatch(/\d+ ms/);
    }
  });

  test("a call waits for a first instance if its client says so", async () => {
    const path = freshPath();
    await using runtime = await runtimeOn(plane);
    await using client = await runtime.endpoint(path).client<null, string>({ waitMs: 20_000 });
    const early = client.generate(null).one();
    await using _ = await workers(plane, path, 1);
    expect(await early).toBe(client.instanceIds().join());
    await using impatient = await runtime.endpoint(freshPath()).client({ waitMs: 10 });
    expect((await failure(impatient.generate(null).one())).code).toBe("no_instances");
  });

  test("a wait can be given up", async () => {
    await using runtime = await runtimeOn(plane);
    await using client = await runtime.endpoint(freshPath()).client();
    const controller = new AbortController();
    const wait = client.waitForInstances({ signal: controller.signal });
    controller.abort(new Error("never mind"));
    const error = await failure(wait);
    expect([error.code, (error.cause as Error).message]).toEqual(["cancelled", "never mind"]);
    expect((await failure(client.waitForInstances({ signal: AbortSignal.abort() }))).code).toBe("cancelled");
    expect(await client.waitForInstances({ min: 0 })).toEqual([]);
  });

  test("after close() open calls go on, later ones fail, and closing again is harmless", async () => {
    await using pair = await Pair.of<null, number>(plane, async function* () {
      yield 1;
      yield 2;
    });
    const open = pair.client.generate(null);
    await pair.client.close();
    await pair.client.close();
    expect(await collect(open)).toEqual([1, 2]);
    expect((await failure(pair.client.generate(null).one())).code).toBe("shutting_down");
    expect((await failure(pair.client.waitForInstances())).code).toBe("shutting_down");
  });

  test("an endpoint that is not served any more, or never was", async () => {
    await using pair = await Pair.of<null, number>(plane, async () => 1);
    const id = pair.worker.instanceId;
    await pair.served.stop();
    await pair.served.stop();
    await pair.served.closed;
    const error = await failure(pair.client.direct(null, id).one());
    expect(["no_instances", "shutting_down", "unavailable"]).toContain(error.code);
  });
});

describe("what a caller may not say", () => {
  const WRONG_CALLS: [name: string, options: unknown, message: string][] = [
    ["no time", { timeoutMs: 0 }, "timeoutMs is 0"],
    ["a negative time", { timeoutMs: -1 }, "timeoutMs is -1"],
    ["a time that is no number", { timeoutMs: Number.NaN }, "timeoutMs is NaN"],
    ["a time as text", { timeoutMs: "5" }, "timeoutMs is 5"],
    ["metadata that is no text", { metadata: { a: 1 } }, "metadata.a is a number"],
    ["metadata with half a character", { metadata: { a: "\ud800" } }, "metadata.a has a lone surrogate"],
    ["a metadata key with half a character", { metadata: { "\ud800": "a" } }, "has a lone surrogate"],
    ["an id that is no text", { id: 7 }, "id is a number"],
    ["a signal that is none", { signal: {} }, "signal is no AbortSignal"],
    ["an onOver that cannot be called", { onOver: true }, "onOver is a boolean; pass a function"],
    ["a signal that is null", { signal: null }, "signal is no AbortSignal"],
    ["an empty id", { id: "" }, "id is empty"],
  ];

  test.each(WRONG_CALLS)("%s", async (_, options, message) => {
    await using pair = await Pair.of<null, null>("memory", async () => null);
    const error = thrown(() => pair.client.generate(null, options as CallOptions));
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(message);
    expect(await pair.client.generate(null).one()).toBeNull();
  });

  test("metadata that does not fit a frame", async () => {
    await using pair = await Pair.of<null, null>("tcp", async () => null);
    const error = await failure(pair.client.generate(null, { metadata: { large: "x".repeat(70_000) } }).one());
    expect(error.code).toBe("payload_too_large");
    expect(error.message).toContain("metadata");
    expect(await pair.client.generate(null).one()).toBeNull();
  });

  test("a request over the limit of the worker", async () => {
    await using pair = await Pair.of<string, number>("tcp", async (text) => text.length, {
      worker: { maxMessageBytes: 2_048 },
    });
    expect((await failure(pair.client.generate("x".repeat(5_000)).one())).code).toBe("payload_too_large");
    expect(await pair.client.generate("x".repeat(1_000)).one()).toBe(1_000);
  });

  test("an item over the limit of the caller", async () => {
    await using pair = await Pair.of<number, string>(
      "tcp",
      async function* (size) {
        yield "small";
        yield "x".repeat(size);
        yield "after";
      },
      { caller: { maxMessageBytes: 2_048 } },
    );
    const error = await failure(collect(pair.client.generate(5_000)));
    expect(error.code).toBe("payload_too_large");
    expect(await collect(pair.client.generate(5))).toEqual(["small", "xxxxx", "after"]);
  });

  test("an instance id that is none", async () => {
    await using pair = await Pair.of<null, null>("memory", async () => null);
    for (const id of [5, 0n, -1n, 1n << 64n, "7", undefined]) {
      expect(thrown(() => pair.client.direct(null, id as bigint)).code).toBe("invalid_argument");
    }
  });

  test("a client with options that will not do", async () => {
    await using runtime = await runtimeOn("memory");
    const wrong: [options: unknown, message: string][] = [
      [{ router: "roundrobin" }, "round-robin, random, least-loaded"],
      [{ router: "toString" }, "round-robin, random, least-loaded"],
      [{ waitMs: -5 }, "waitMs is -5"],
      [{ waitMs: Number.NaN }, "waitMs is NaN"],
    ];
    for (const [options, message] of wrong) {
      const error = await failure(runtime.endpoint("a.b.c").client(options as ClientOptions));
      expect(error.code).toBe("invalid_argument");
      expect(error.message).toContain(message);
    }
    await using client = await runtime.endpoint("a.b.c").client();
    for (const min of [-1, 1.5, Number.NaN, Infinity]) {
      expect((await failure(client.waitForInstances({ min }))).message).toContain(`min is ${min}`);
    }
    expect((await failure(client.waitForInstances({ signal: {} as AbortSignal }))).code).toBe("invalid_argument");
    expect((await failure(client.waitForInstances({ timeoutMs: -1 }))).message).toContain("timeoutMs is -1");
  });

  test("names and paths that are none", async () => {
    await using runtime = await runtimeOn("memory");
    for (const path of ["", "a", "a.b", "a.b.c.d", "a..c", ".a.b", "dyn://a.b"]) {
      expect(thrown(() => runtime.endpoint(path)).code).toBe("invalid_argument");
    }
    for (const name of ["a b", "a/b", "é", "\u0000", "x".repeat(1_000)]) {
      const endpoint = runtime.namespace("ns").component("component").endpoint(name);
      expect((await failure(endpoint.client())).code).toBe("invalid_argument");
      expect((await failure(endpoint.serveEndpoint(async () => 1))).code).toBe("invalid_argument");
    }
    expect(runtime.endpoint("dyn://a.b.c").path).toBe("a.b.c");
    const endpoint = runtime.namespace("a").component("b").endpoint("c");
    expect([endpoint.namespace, endpoint.component, endpoint.name, endpoint.path]).toEqual(["a", "b", "c", "a.b.c"]);
  });

  test("a handler that is none, and an endpoint that is served twice", async () => {
    await using runtime = await runtimeOn("memory");
    const path = freshPath();
    const none = await failure(runtime.endpoint(path).serveEndpoint("handler" as never));
    expect([none.code, none.message]).toEqual([
      "invalid_argument",
      `the handler of ${path} is a string; pass a function`,
    ]);
    const served = await runtime.endpoint(path).serveEndpoint(async () => 1);
    const twice = await failure(runtime.endpoint(path).serveEndpoint(async () => 2));
    expect(twice.code).toBe("invalid_argument");
    expect(twice.message).toContain(path);
    await served.stop();
    await using again = await runtime.endpoint(path).serveEndpoint(async () => 3);
    expect(again.instanceId).toBe(runtime.instanceId);
  });
});

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "bun:test";

import { DistributedRuntime, ERROR_CODES, type RuntimeOptions, StatorError } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { collect, freshPath, Pair, PLANES, runtimeOn } from "./support/pair.ts";

const root = mkdtempSync(join(tmpdir(), "stator-runtime-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(PLANES)("a shutdown, over %s", (plane) => {
  test("it withdraws first, lets running calls end, and refuses new ones meanwhile", async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    await using pair = await Pair.of<null, number>(plane, async function* () {
      yield 1;
      begun.resolve();
      await gate.promise;
      yield 2;
    });
    const running = collect(pair.client.generate(null));
    await begun.promise;
    const shutdown = pair.worker.shutdown();
    while (pair.client.instanceIds().length > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await failure(pair.client.generate(null).one())).code).toBe("no_instances");
    let done = false;
    void shutdown.then(() => (done = true));
    expect(done).toBe(false);
    gate.resolve();
    expect(await running).toEqual([1, 2]);
    await shutdown;
    await pair.served.closed;
    await pair.served.stop();
  });

  test("what does not end within the budget is cut off, on both sides", async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    await using pair = await Pair.of<null, number>(plane, async function* (_, context) {
      yield 1;
      begun.resolve();
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      ended.resolve((context.signal.reason as StatorError).code);
    });
    const error = failure(collect(pair.client.generate(null)));
    await begun.promise;
    await pair.worker.shutdown({ timeoutMs: 20 });
    expect((await error).code).toBe("unknown_outcome");
    expect(await ended.promise).toBe("cancelled");
  });

  test("an endpoint that is not graceful cuts its calls off at once", async () => {
    const begun = Promise.withResolvers<void>();
    await using pair = await Pair.of<null, null>(
      plane,
      (_, context) => {
        begun.resolve();
        return new Promise((__, reject) => context.signal.addEventListener("abort", () => reject(new Error("ended"))));
      },
      { serve: { gracefulShutdown: false } },
    );
    const error = failure(pair.client.generate(null).one());
    await begun.promise;
    await pair.served.stop();
    expect((await error).code).toBe("unknown_outcome");
  });

  test("it is idempotent, and `await using` is the same", async () => {
    const path = freshPath();
    let runtime: DistributedRuntime;
    {
      await using own = await runtimeOn(plane);
      runtime = own;
      await own.endpoint(path).serveEndpoint(async () => 1);
      await Promise.all([own.shutdown(), own.shutdown()]);
    }
    await runtime.shutdown();
    await using other = await runtimeOn(plane);
    await using client = await other.endpoint(path).client();
    expect(client.instanceIds()).toEqual([]);
  });

  test("calls of its own that are open end, as does whoever waits", async () => {
    const begun = Promise.withResolvers<void>();
    await using pair = await Pair.of<null, null>(plane, () => {
      begun.resolve();
      return new Promise(() => {});
    });
    const call = failure(pair.client.generate(null).one());
    const wait = failure(pair.client.waitForInstances({ min: 5 }));
    await begun.promise;
    await pair.caller.shutdown({ timeoutMs: 0 });
    // The worker may have done what was asked.
    expect((await call).code).toBe("unknown_outcome");
    expect((await wait).code).toBe("shutting_down");
  });

  test("a handler that is cut off by the shutdown of its own process hears of it and cleans up", async () => {
    const begun = Promise.withResolvers<void>();
    const cleaned = Promise.withResolvers<[string, boolean]>();
    const runtime = await runtimeOn(plane);
    const endpoint = runtime.endpoint(freshPath());
    await endpoint.serveEndpoint(async function* (_, context) {
      const over = new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      try {
        yield 1;
        begun.resolve();
        await over;
      } finally {
        cleaned.resolve([(context.signal.reason as StatorError).code, context.isKilled()]);
      }
    });
    const client = await endpoint.client();
    await client.waitForInstances();
    const items = client.generate(null)[Symbol.asyncIterator]();
    await items.next();
    await begun.promise;
    await runtime.shutdown({ timeoutMs: 0 });
    expect((await failure(items.next())).code).toBe("unknown_outcome");
    expect(await cleaned.promise).toEqual(["cancelled", true]);
  });

  test("a time limit that is none is refused, and nothing is shut down", async () => {
    await using pair = await Pair.of<null, number>(plane, async () => 1);
    for (const timeoutMs of [-1, Number.NaN, "5" as never]) {
      expect((await failure(pair.worker.shutdown({ timeoutMs }))).code).toBe("invalid_argument");
    }
    expect(await pair.client.generate(null).one()).toBe(1);
  });
});

describe("the options of a runtime", () => {
  const WRONG: [name: string, options: unknown, ...words: string[]][] = [
    ["an unknown name", { disovery: "memory" }, "disovery", "did you mean discovery"],
    ["a back end that is refused", { discovery: "kubernetes" }, "kubernetes is not supported", "file or memory"],
    ["a back end that there is not", { discovery: "kubernetes" }, "kubernetes", "file or memory or etcd"],
    ["a back end that is misspelt", { discovery: "memry" }, "memory"],
    ["a port that is too large", { port: 70_000 }, "port", "0 to 65535"],
    ["a port that is no number", { port: Number.NaN }, "port is NaN"],
    ["a port as text", { port: "80" }, "port", '"80"'],
    ["a host that is no address", { host: "example.invalid" }, "host", "IP address"],
    ["a window below the least", { streamWindowBytes: 10 }, "streamWindowBytes", "65536"],
    ["a log filter that is none", { log: "a=b=c" }, "log"],
    ["an option that JSON cannot hold", { port: 5n, x: () => 1, host: Symbol("s"), y: Infinity }, "Infinity"],
    ["no object", "memory", "object"],
    ["a list", [1], "object"],
  ];

  test.each(WRONG)("%s", async (_, options, ...words) => {
    const error = await failure(DistributedRuntime.create(options as RuntimeOptions));
    expect(error.code).toBe("invalid_argument");
    for (const word of words) expect(error.message).toContain(word);
  });

  test("options go over the environment, the environment over defaults", async () => {
    const before = { ...process.env };
    try {
      process.env["DYN_DISCOVERY_BACKEND"] = "mem";
      process.env["DYN_SYSTEM_PORT"] = "0";
      await using fromEnvironment = await DistributedRuntime.create();
      expect(fromEnvironment.systemAddress).toMatch(/^127\.0\.0\.1:\d+$/);
      await using fromOptions = await DistributedRuntime.create({ systemPort: -1 });
      expect(fromOptions.systemAddress).toBeNull();

      process.env["DYN_SYSTEM_PORT"] = "many";
      const wrong = await failure(DistributedRuntime.create());
      expect([wrong.code, wrong.message.includes("DYN_SYSTEM_PORT")]).toEqual(["invalid_argument", true]);
      // What an option says is not looked for in the environment.
      await using _ = await DistributedRuntime.create({ systemPort: -1 });

      process.env["DYN_DISCOVERY_BACKEND"] = "kubernetes";
      const refused = await failure(DistributedRuntime.create({ systemPort: -1 }));
      expect(refused.code).toBe("invalid_argument");
      expect(refused.message).toContain("DYN_DISCOVERY_BACKEND");
      expect(refused.message).toContain("kubernetes");
    } finally {
      process.env["DYN_DISCOVERY_BACKEND"] = before["DYN_DISCOVERY_BACKEND"] ?? "";
      process.env["DYN_SYSTEM_PORT"] = before["DYN_SYSTEM_PORT"] ?? "";
    }
  });

  test("health is what the process says, until it shuts down", async () => {
    const runtime = await runtimeOn("tcp", { systemPort: 0 });
    const health = async (): Promise<number> => (await fetch(`http://${runtime.systemAddress}/health`)).status;
    expect(await health()).toBe(503);
    runtime.setHealthStatus(true);
    while ((await health()) !== 200) await Bun.sleep(1);
    runtime.setHealthStatus(false);
    while ((await health()) !== 503) await Bun.sleep(1);
    await runtime.shutdown();
    runtime.setHealthStatus(true);
  });

  test("who is too busy to read for much longer than the keep-alive time keeps its calls", async () => {
    const busy = { keepAliveMs: 20 };
    await using pair = await Pair.of<null, number>(
      "tcp",
      async function* () {
        yield 1;
        const end = performance.now() + 500;
        while (performance.now() < end);
        yield 2;
      },
      { worker: busy, caller: busy },
    );
    expect(await collect(pair.client.generate(null))).toEqual([1, 2]);
  });

  test("two runtimes in one process are two members", async () => {
    const path = freshPath();
    await using one = await runtimeOn("tcp");
    await using two = await runtimeOn("tcp");
    expect(one.instanceId).not.toBe(two.instanceId);
    await one.endpoint(path).serveEndpoint(async () => "one");
    await two.endpoint(path).serveEndpoint(async () => "two");
    await using client = await one.endpoint(path).client();
    await client.waitForInstances({ min: 2 });
    expect(await client.direct(null, one.instanceId).one()).toBe("one");
    expect(await client.direct(null, two.instanceId).one()).toBe("two");
    await two.shutdown();
    expect(await client.direct(null, one.instanceId).one()).toBe("one");
  });

  test("a port in use", async () => {
    using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
    const error = await failure(
      (async () => {
        await using runtime = await runtimeOn("tcp", { port: taken.port });
        await runtime.endpoint(freshPath()).serveEndpoint(async () => 1);
      })(),
    );
    expect([error.code, error.message.includes(String(taken.port))]).toEqual(["address_in_use", true]);
  });

  test("a discovery folder that cannot be used", async () => {
    const file = join(root, "a-file");
    writeFileSync(file, "");
    const locked = join(root, "locked");
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    for (const filePath of [file, join(file, "below"), ...(process.getuid?.() === 0 ? [] : [locked])]) {
      const error = await failure(
        (async () => {
          await using runtime = await DistributedRuntime.create({ discovery: "file", filePath });
          await runtime.endpoint(freshPath()).serveEndpoint(async () => 1);
        })(),
      );
      expect(["discovery", "invalid_argument", "permission_denied"]).toContain(error.code);
      expect(error.message).toContain(filePath);
    }
  });
});

test("every error code says what a front end and a caller need", () => {
  for (const [code, facts] of Object.entries(ERROR_CODES)) {
    const error = new StatorError(code as keyof typeof ERROR_CODES, "message", { details: { a: 1 }, instanceId: 5n });
    expect([error.name, error.message, error.httpStatus, error.retryable]).toEqual([
      "StatorError",
      "message",
      facts.httpStatus,
      facts.retryable,
    ]);
    expect(facts.httpStatus).toBeGreaterThanOrEqual(400);
    // The meaning is a docstring in Rust, which nothing else asks for.
    for (const text of [facts.meaning, facts.cause, facts.cure]) expect(text).toMatch(/^.{10,}\.$/);
  }
});

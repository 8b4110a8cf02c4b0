import { describe, expect, test } from "bun:test";

import type { StatorError } from "../src/index.ts";
import { failure, thrown } from "./support/failure.ts";
import { collect, Pair, PLANES, runtimeOn } from "./support/pair.ts";

/** A worker that counts for ever and says how it ended. */
async function counting(
  plane: "memory" | "tcp",
  caller = {},
): Promise<{ pair: Pair<unknown, number>; log: string[]; ended: Promise<void> }> {
  const log: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const pair = await Pair.of<unknown, number>(
    plane,
    async function* (_, context) {
      context.signal.addEventListener("abort", () => log.push("signal"));
      try {
        for (let index = 0; ; index++) {
          yield index;
          await Promise.resolve();
        }
      } finally {
        log.push("finally");
        resolve();
      }
    },
    { caller },
  );
  return { pair, log, ended };
}

function broken(): never {
  throw new Error("from onOver, as the log should say");
}

describe.each(PLANES)("a response, over %s", (plane) => {
  test("one() takes exactly one item", async () => {
    await using pair = await Pair.of<number, number>(plane, async function* (count) {
      for (let index = 0; index < count; index++) yield index;
    });
    expect(await pair.client.generate(1).one()).toBe(0);
    for (const [count, words] of [
      [0, "no item"],
      [2, "more than one item"],
      [5_000, "more than one item"],
    ] as const) {
      const error = await failure(pair.client.generate(count).one());
      expect(error.code).toBe("protocol");
      expect(error.message).toContain(words);
    }
  });

  test("one() of an endless stream fails at the second item and ends the worker", async () => {
    const { pair, log, ended } = await counting(plane);
    await using _ = pair;
    expect((await failure(pair.client.generate(null).one())).code).toBe("protocol");
    await ended;
    expect(log).toEqual(["signal", "finally"]);
  });

  test("onOver hears once how the call ended, whether anybody reads it or not", async () => {
    const heard: Record<string, (string | null)[]> = {};
    const told = (name: string): { over: Promise<void>; onOver: (error: StatorError | null) => void } => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const codes: (string | null)[] = (heard[name] = []);
      const onOver = (error: StatorError | null): void => {
        codes.push(error?.code ?? null);
        resolve();
      };
      return { over: promise, onOver };
    };
    await using backend = await Pair.of<string, number>(plane, async function* (how, { signal }) {
      yield 1;
      if (how === "fail") throw new Error("broken");
      if (how === "wait") await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    const inside = told("left to its caller's end");
    await using middle = await Pair.of<null, string>(plane, async () => {
      backend.client.generate("wait", { onOver: inside.onOver });
      return "done";
    });
    const read = told("read");
    expect(await backend.client.generate("", { onOver: read.onOver }).one()).toBe(1);
    const [unread, failed, cancelled] = [told("unread"), told("failed"), told("cancelled")];
    backend.client.generate("", { onOver: unread.onOver });
    backend.client.generate("fail", { onOver: failed.onOver });
    const response = backend.client.generate("wait", { onOver: cancelled.onOver });
    response.cancel();
    response.cancel();
    expect(await middle.client.generate(null).one()).toBe("done");
    await Promise.all([read, unread, failed, cancelled, inside].map(({ over }) => over));
    expect(heard).toEqual({
      read: [null],
      unread: [null],
      failed: ["internal"],
      cancelled: ["cancelled"],
      "left to its caller's end": ["cancelled"],
    });
  });

  test("an onOver that throws disturbs nobody", async () => {
    await using pair = await Pair.of<number, number>(plane, async (request) => request);
    const calls = Array.from({ length: 10 }, (_, at) => pair.client.generate(at, { onOver: broken }).one());
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test("it can be read late: the items before an error, then the error", async () => {
    const released = Promise.withResolvers<void>();
    await using pair = await Pair.of<string, number>(plane, async function* (how) {
      yield 1;
      yield 2;
      released.resolve();
      if (how === "fails") throw new Error("at the end");
    });
    const good = pair.client.generate("ends");
    const bad = pair.client.generate("fails");
    await released.promise;
    // A call made now is answered after the others have ended.
    await collect(pair.client.generate("later"));
    expect(await collect(good)).toEqual([1, 2]);
    const items: number[] = [];
    const error = await failure(
      (async () => {
        for await (const item of bad) items.push(item);
      })(),
    );
    expect([items, error.message]).toEqual([[1, 2], "at the end"]);
  });

  test("a second reader of any kind is refused", async () => {
    await using pair = await Pair.of<number, number>(plane, (request) => Promise.resolve(request));
    const readers = [
      (response: ReturnType<typeof pair.client.generate>) => response.one(),
      (response: ReturnType<typeof pair.client.generate>) => response.toReadableStream(),
      (response: ReturnType<typeof pair.client.generate>) => response[Symbol.asyncIterator](),
      (response: ReturnType<typeof pair.client.generate>) => response.batches(),
    ];
    for (const first of readers) {
      for (const second of readers) {
        const response = pair.client.generate(1);
        void first(response);
        expect(thrown(() => second(response)).code).toBe("invalid_argument");
        response.cancel();
      }
    }
  });

  test("next() while another next() waits is an error of that one alone", async () => {
    const gate = Promise.withResolvers<void>();
    await using pair = await Pair.of<null, number>(plane, async function* () {
      await gate.promise;
      yield 1;
    });
    const items = pair.client.generate(null)[Symbol.asyncIterator]();
    const first = items.next();
    expect((await failure(items.next())).code).toBe("invalid_argument");
    gate.resolve();
    expect(await first).toEqual({ done: false, value: 1 });
    expect(await items.next()).toEqual({ done: true, value: undefined });
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  test("break fires the worker's signal first, then its finally", async () => {
    const { pair, log, ended } = await counting(plane);
    await using _ = pair;
    for await (const item of pair.client.generate(null)) if (item === 3) break;
    await ended;
    expect(log).toEqual(["signal", "finally"]);
  });

  test("break before the first item reaches a handler that waits", async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<StatorError>();
    await using pair = await Pair.of<null, number>(plane, async function* (_, context) {
      begun.resolve();
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      ended.resolve(context.signal.reason as StatorError);
      yield 1;
    });
    const items = pair.client.generate(null)[Symbol.asyncIterator]();
    await begun.promise;
    await items.return?.();
    expect((await ended.promise).code).toBe("cancelled");
  });

  test("cancel(), await using and the signal all end the worker; the reader gets cancelled, with the cause", async () => {
    const reason = new Error("no longer wanted");
    const ways: [name: string, end: (response: AsyncDisposable & { cancel(): void }, abort: () => void) => unknown][] =
      [
        ["cancel", (response) => response.cancel()],
        ["dispose", (response) => response[Symbol.asyncDispose]()],
        ["signal", (_, abort) => abort()],
      ];
    for (const [name, end] of ways) {
      const { pair, log, ended } = await counting(plane);
      await using _ = pair;
      const controller = new AbortController();
      const response = pair.client.generate(null, { signal: controller.signal });
      const items = response[Symbol.asyncIterator]();
      await items.next();
      await end(response, () => controller.abort(reason));
      const error = await failure(items.next());
      expect([name, error.code, error.cause]).toEqual([name, "cancelled", name === "signal" ? reason : undefined]);
      expect(await items.next()).toEqual({ done: true, value: undefined });
      await ended;
      expect(log).toEqual(["signal", "finally"]);
    }
  });

  test("a signal that was aborted before sends nothing; one that is aborted after changes nothing", async () => {
    let calls = 0;
    await using pair = await Pair.of<number, number>(plane, (request) => {
      calls++;
      return Promise.resolve(request);
    });
    const error = await failure(pair.client.generate(1, { signal: AbortSignal.abort("early") }).one());
    expect([error.code, error.cause]).toEqual(["cancelled", "early"]);

    const controller = new AbortController();
    const response = pair.client.generate(2, { signal: controller.signal });
    await using other = response;
    const items = response[Symbol.asyncIterator]();
    expect((await items.next()).value).toBe(2);
    expect((await items.next()).done).toBe(true);
    controller.abort();
    other.cancel();
    expect((await items.next()).done).toBe(true);
    expect(calls).toBe(1);
  });

  test("a deadline ends both sides", async () => {
    const reason = Promise.withResolvers<StatorError>();
    await using pair = await Pair.of<null, number>(plane, async function* (_, context) {
      expect(context.deadline).toBeGreaterThan(Date.now() - 60_000);
      yield 1;
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      reason.resolve(context.signal.reason as StatorError);
    });
    const items: number[] = [];
    const error = await failure(
      (async () => {
        for await (const item of pair.client.generate(null, { timeoutMs: 100 })) items.push(item);
      })(),
    );
    expect([items, error.code, error.httpStatus]).toEqual([[1], "deadline_exceeded", 504]);
    expect(["deadline_exceeded", "cancelled"]).toContain((await reason.promise).code);
  });

  test("what nobody begins to read is cancelled, what is being read is not", async () => {
    const { pair, log, ended } = await counting(plane, { unreadTimeoutMs: 80 });
    await using _ = pair;
    const read = pair.client.generate("read")[Symbol.asyncIterator]();
    await read.next();
    const forgotten = pair.client.generate("forgotten");
    await ended;
    expect(log).toEqual(["signal", "finally"]);
    const error = await failure(collect(forgotten));
    expect(error.code).toBe("cancelled");
    expect(error.message).toContain("unreadTimeoutMs");
    // It has waited as long as the other one.
    expect((await read.next()).done).toBe(false);
    await read.return?.();
  });

  test("as a Web stream it gives the items, its error, and its cancellation", async () => {
    await using pair = await Pair.of<string, number>(plane, async function* (how) {
      yield 1;
      yield 2;
      if (how === "fails") throw new Error("at the end");
    });
    expect(await Array.fromAsync(pair.client.generate("ends").toReadableStream())).toEqual([1, 2]);
    const reader = pair.client.generate("fails").toReadableStream().getReader();
    expect([(await reader.read()).value, (await reader.read()).value]).toEqual([1, 2]);
    expect((await failure(reader.read())).message).toBe("at the end");

    const { pair: endless, log, ended } = await counting(plane);
    await using _ = endless;
    const web = endless.client.generate(null).toReadableStream().getReader();
    await web.read();
    await web.cancel();
    await ended;
    expect(log).toEqual(["signal", "finally"]);
  });

  test("it knows its id if one was given, and the instance that served it", async () => {
    await using pair = await Pair.of<null, string>(plane, (_, context) => Promise.resolve(context.id));
    const named = pair.client.generate(null, { id: "a call" });
    expect([named.id, named.instanceId]).toEqual(["a call", null]);
    expect(await named.one()).toBe("a call");
    expect(named.instanceId).toBe(pair.worker.instanceId);
    const unnamed = pair.client.generate(null);
    expect(unnamed.id).toBe("");
    expect((await unnamed.one()).length).toBeGreaterThan(8);

    const refused = pair.caller.endpoint("nobody.serves.this");
    await using client = await refused.client();
    const lonely = client.generate(null);
    expect((await failure(lonely.one())).code).toBe("no_instances");
    expect(lonely.instanceId).toBeNull();
  });

  test("errors that nobody reads harm nobody", async () => {
    await using pair = await Pair.of<number, number>(plane, async (request) => {
      throw new Error(`never read ${request}`);
    });
    for (let index = 0; index < 100; index++) pair.client.generate(index);
    const seen = await failure(pair.client.generate(100).one());
    expect(seen.message).toBe("never read 100");
  });
});

test("calls of a runtime that has shut down fail, whatever they are", async () => {
  const runtime = await runtimeOn("tcp");
  const client = await runtime.endpoint("a.b.c").client();
  await runtime.shutdown();
  const response = client.generate(null);
  expect((await failure(response.one())).code).toBe("shutting_down");
  expect((await failure(client.waitForInstances())).code).toBe("shutting_down");
  expect((await failure(runtime.endpoint("a.b.c").client())).code).toBe("shutting_down");
  expect((await failure(runtime.endpoint("a.b.c").serveEndpoint(async () => 1))).code).toBe("shutting_down");
  runtime.setHealthStatus(true);
  await client.close();
  await runtime.shutdown();
});

import { describe, expect, test } from "bun:test";

import { currentContext, StatorError } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { collect, Pair, PLANES } from "./support/pair.ts";

class OrderError extends Error {
  override readonly name = "OrderError";
}

/** Items up to the error, and the error. */
async function outcome<T>(items: AsyncIterable<T>): Promise<{ items: T[]; error: StatorError }> {
  const read: T[] = [];
  const error = await failure(
    (async () => {
      for await (const item of items) read.push(item);
    })(),
  );
  return { items: read, error };
}

describe.each(PLANES)("handlers, over %s", (plane) => {
  test("an async generator streams, an async function gives one item", async () => {
    await using stream = await Pair.of<number, number>(plane, async function* (count) {
      for (let index = 0; index < count; index++) yield index;
    });
    expect(await collect(stream.client.generate(4))).toEqual([0, 1, 2, 3]);
    expect(await collect(stream.client.generate(0))).toEqual([]);
    await using single = await Pair.of<number, number>(plane, (request) => Promise.resolve(request * 2));
    expect(await collect(single.client.generate(4))).toEqual([8]);
    expect(await single.client.generate(4).one()).toBe(8);
  });

  test("a handler may hand on an async iterable, at once or after waiting", async () => {
    await using pair = await Pair.of<string, unknown>(plane, (how) => {
      const items = (async function* () {
        yield 1;
        yield 2;
      })();
      return how === "at once" ? items : Promise.resolve(items);
    });
    expect(await collect(pair.client.generate("at once"))).toEqual([1, 2]);
    expect(await collect(pair.client.generate("later"))).toEqual([1, 2]);
  });

  test("what returns undefined gives null", async () => {
    await using pair = await Pair.of<null, void>(plane, async () => {});
    expect(await collect<unknown>(pair.client.generate(null))).toEqual([null]);
  });

  test("an error before the first item, after it, or thrown at once reaches the caller after the items", async () => {
    await using pair = await Pair.of<string, number>(plane, (when) => {
      if (when === "at once") throw new OrderError("no such order: at once");
      return (async function* () {
        if (when === "before") throw new OrderError("no such order: before");
        yield 1;
        yield 2;
        throw new OrderError("no such order: after");
      })();
    });
    for (const [when, items] of [
      ["at once", []],
      ["before", []],
      ["after", [1, 2]],
    ] as const) {
      const result = await outcome(pair.client.generate(when));
      expect(result.items).toEqual([...items]);
      expect(result.error).toMatchObject({
        code: "internal",
        message: `no such order: ${when}`,
        remoteName: "OrderError",
        retryable: false,
        httpStatus: 500,
        instanceId: pair.worker.instanceId,
      });
    }
  });

  test("the remote stack comes in development only", async () => {
    for (const development of [true, false]) {
      await using pair = await Pair.of<null, never>(
        plane,
        async () => {
          throw new OrderError("where was it");
        },
        { serve: { development } },
      );
      const { remoteStack } = await failure(pair.client.generate(null).one());
      if (development) expect(remoteStack).toContain("handlers.test.ts");
      else expect(remoteStack).toBeNull();
    }
  });

  test("a StatorError keeps code and details; what is only passed on keeps the instance and stack of its origin", async () => {
    await using backend = await Pair.of<null, never>(
      plane,
      async () => {
        throw new StatorError("overloaded", "try later", { details: { queue: 9007199254740993n, why: ["é", null] } });
      },
      { serve: { development: true } },
    );
    await using middle = await Pair.of<null, never>(plane, (request) => backend.client.generate(request), {
      serve: { development: true },
    });
    const error = await failure(middle.client.generate(null).one());
    expect(error).toMatchObject({
      code: "overloaded",
      message: "try later",
      details: { queue: 9007199254740993n, why: ["é", null] },
      retryable: true,
      httpStatus: 529,
      instanceId: backend.worker.instanceId,
    });
    expect(error.remoteStack).toContain("handlers.test.ts");
  });

  test("whatever is thrown, the caller gets a typed error", async () => {
    const unreadable = new Error("never seen");
    Object.defineProperty(unreadable, "message", {
      get: () => {
        throw new Error("this getter throws");
      },
    });
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    const values: [thrown: unknown, message: string][] = [
      ["plain text", "the handler threw plain text"],
      [42, "the handler threw 42"],
      [42n, "the handler threw 42"],
      [null, "the handler threw null"],
      [undefined, "the handler threw undefined"],
      [{ reason: "none" }, 'the handler threw {"reason":"none"}'],
      [Symbol("s"), "the handler threw Symbol(s)"],
      [cyclic, "cannot be shown"],
      [unreadable, "cannot be shown"],
      [Object.create(null), "the handler threw {}"],
      [new Error("half \ud800 of it"), "half \ufffd of it"],
      [Object.assign(new Error("x"), { message: 7, name: 8 }), "7"],
      [new Error("long ".repeat(100_000)), "long long"],
      [new StatorError("not_found", "gone", { details: cyclic as never }), "gone"],
      [new StatorError("not_found", "gone", { details: "\ud800" }), "gone"],
      [new StatorError("made_up" as never, "unknown code"), "unknown code"],
    ];
    await using pair = await Pair.of<number, never>(plane, async (index) => {
      throw values[index]?.[0];
    });
    for (const [index, [thrown, message]] of values.entries()) {
      const error = await failure(pair.client.generate(index).one());
      expect(error.message).toContain(message);
      expect(error.code).toBe(thrown instanceof StatorError && thrown.message === "gone" ? "not_found" : "internal");
    }
  });

  test("the error arrives while the generator's finally still runs", async () => {
    const gate = Promise.withResolvers<void>();
    const cleaned = Promise.withResolvers<void>();
    await using pair = await Pair.of<null, number>(plane, async function* () {
      try {
        yield 1;
        yield Number.NaN;
      } finally {
        await gate.promise;
        cleaned.resolve();
      }
    });
    const { items, error } = await outcome(pair.client.generate(null));
    expect([items, error.code]).toEqual([[1], "invalid_argument"]);
    gate.resolve();
    await cleaned.promise;
  });

  test("what a generator yields after it was cancelled goes nowhere, and its finally runs in its context", async () => {
    const told = Promise.withResolvers<unknown[]>();
    await using pair = await Pair.of<null, number>(plane, async function* (_, context) {
      const log: unknown[] = [];
      try {
        yield 1;
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
        log.push("the signal", context.isStopped(), context.isKilled(), currentContext() === context);
        yield 2;
        log.push("went on");
      } finally {
        log.push("finally", currentContext() === context);
        await Promise.resolve();
        log.push(currentContext() === context);
        told.resolve(log);
        yield 3;
      }
    });
    const items: number[] = [];
    for await (const item of pair.client.generate(null)) {
      items.push(item);
      break;
    }
    expect(items).toEqual([1]);
    expect(await told.promise).toEqual(["the signal", true, true, true, "finally", true, true]);
  });

  test("a generator that its credit holds back ends in its own context too, and so do the listeners of its signal", async () => {
    const told = Promise.withResolvers<boolean[]>();
    await using pair = await Pair.of<null, string>(plane, async function* (_, context) {
      const own: boolean[] = [];
      context.signal.addEventListener("abort", () => own.push(currentContext() === context));
      try {
        for (;;) yield "x".repeat(10_000);
      } finally {
        own.push(currentContext() === context);
        await Promise.resolve();
        own.push(currentContext() === context);
        told.resolve(own);
      }
    });
    for await (const _ of pair.client.generate(null)) break;
    expect(await told.promise).toEqual([true, true, true]);
  });

  test("an iterable that waits is told at once that nobody listens any more", async () => {
    const begun = Promise.withResolvers<void>();
    const returned = Promise.withResolvers<void>();
    let returns = 0;
    await using pair = await Pair.of<null, number>(plane, () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          begun.resolve();
          await returned.promise;
          return { done: false, value: 1 };
        },
        return: () => {
          returns++;
          returned.resolve();
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    }));
    const response = pair.client.generate(null);
    await begun.promise;
    response.cancel();
    await returned.promise;
    await pair.worker.shutdown();
    expect(returns).toBe(1);
  });

  test("a handler whose return() never settles does not hold a shutdown beyond its budget", async () => {
    const begun = Promise.withResolvers<void>();
    const never = new Promise<never>(() => {});
    await using pair = await Pair.of<null, number>(plane, () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => {
          begun.resolve();
          return never;
        },
        return: () => never,
      }),
    }));
    const response = pair.client.generate(null);
    await begun.promise;
    response.cancel();
    await pair.worker.shutdown({ timeoutMs: 50 });
    await pair.served.closed;
  });
});

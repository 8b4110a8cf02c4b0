import { AsyncLocalStorage } from "node:async_hooks";
import { describe, expect, test } from "bun:test";

import { type Context, currentContext, type JsonValue, type StatorError } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { collect, Pair, PLANES } from "./support/pair.ts";

/** Fulfilled when the signal of a call fires. */
function aborted(context: Context): Promise<StatorError> {
  return new Promise((resolve) => {
    context.signal.addEventListener("abort", () => resolve(context.signal.reason as StatorError));
  });
}

describe.each(PLANES)("the context of a call, over %s", (plane) => {
  test("it says what the call is", async () => {
    await using pair = await Pair.of<null, JsonValue>(plane, async (_, context) => ({
      id: context.id,
      metadata: context.metadata,
      deadline: context.deadline !== null && context.deadline > 1_700_000_000_000,
      instanceId: String(context.instanceId),
      endpoint: context.endpoint,
      stopped: context.isStopped(),
      killed: context.isKilled(),
      current: currentContext() === context,
    }));
    const facts = {
      instanceId: String(pair.worker.instanceId),
      endpoint: pair.path,
      stopped: false,
      killed: false,
      current: true,
    };
    const metadata = { a: "1", "": "empty", traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
    expect(await pair.client.generate(null, { id: "an id", metadata, timeoutMs: 60_000 }).one()).toEqual({
      ...facts,
      id: "an id",
      metadata,
      deadline: true,
    });
    const bare = (await pair.client.generate(null).one()) as Record<string, JsonValue>;
    expect(bare).toMatchObject({ ...facts, metadata: {}, deadline: false });
    expect(bare["id"]).toMatch(/^[0-9a-f-]{32,36}$/);
    expect(currentContext()).toBeUndefined();
  });

  test("calls made by a handler inherit id, metadata and deadline, and may say more", async () => {
    await using backend = await Pair.of<null, JsonValue>(plane, async (_, context) => [
      context.id,
      context.metadata,
      context.deadline,
    ]);
    await using middle = await Pair.of<"as it is" | "more", JsonValue>(plane, async (how, context) => {
      await Promise.resolve();
      const options = { id: "another", metadata: { b: "3", c: "4" }, timeoutMs: 1_000_000 };
      const response = backend.client.generate(null, how === "more" ? options : {});
      return [context.deadline, await response.one()];
    });
    const options = { id: "outer", metadata: { a: "1", b: "2" }, timeoutMs: 50_000 };
    const [outer, inner] = (await middle.client.generate("as it is", options).one()) as [
      number,
      [string, object, number],
    ];
    expect(inner.slice(0, 2)).toEqual(["outer", { a: "1", b: "2" }]);
    // Times travel as what is left of them.
    expect(Math.abs(inner[2] - outer)).toBeLessThan(10_000);
    const [limit, more] = (await middle.client.generate("more", options).one()) as [number, [string, object, number]];
    expect(more.slice(0, 2)).toEqual(["another", { a: "1", b: "3", c: "4" }]);
    expect(Math.abs(more[2] - limit)).toBeLessThan(10_000);
  });

  test("the same id is shown in every hop, also when nobody gave one", async () => {
    await using backend = await Pair.of<null, string>(plane, async (_, context) => context.id);
    await using middle = await Pair.of<null, [string, string]>(plane, async (_, context) => [
      await backend.client.generate(null).one(),
      context.id,
    ]);
    const [inner, outer] = await middle.client.generate(null).one();
    expect(inner).toBe(outer);
  });

  test("cancellation goes through handlers that only wait for their own calls", async () => {
    const begun = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<StatorError>();
    const middleError = Promise.withResolvers<StatorError>();
    await using backend = await Pair.of<null, null>(plane, async (_, context) => {
      begun.resolve();
      reached.resolve(await aborted(context));
      return null;
    });
    await using middle = await Pair.of<null, null>(plane, async () => {
      middleError.resolve(await failure(backend.client.generate(null).one()));
      return null;
    });
    await using front = await Pair.of<null, null>(plane, async () => middle.client.generate(null).one());
    const response = front.client.generate(null);
    await begun.promise;
    response.cancel();
    expect((await reached.promise).code).toBe("cancelled");
    expect((await middleError.promise).code).toBe("cancelled");
  });

  test("a deadline of the first caller ends the last worker", async () => {
    const reached = Promise.withResolvers<StatorError>();
    await using backend = await Pair.of<null, null>(plane, async (_, context) => {
      reached.resolve(await aborted(context));
      return null;
    });
    await using middle = await Pair.of<null, null>(plane, async () => backend.client.generate(null).one());
    expect((await failure(middle.client.generate(null, { timeoutMs: 60 }).one())).code).toBe("deadline_exceeded");
    expect(["deadline_exceeded", "cancelled"]).toContain((await reached.promise).code);
  });

  test("a call that its handler leaves open ends with the handler", async () => {
    const begun = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<StatorError>();
    await using backend = await Pair.of<null, null>(plane, async (_, context) => {
      begun.resolve();
      reached.resolve(await aborted(context));
      return null;
    });
    await using middle = await Pair.of<null, string>(plane, async () => {
      backend.client.generate(null);
      await begun.promise;
      return "done";
    });
    expect(await middle.client.generate(null).one()).toBe("done");
    expect((await reached.promise).code).toBe("cancelled");
  });

  test("work that outlives its call can make calls only outside of it", async () => {
    await using backend = await Pair.of<null, string>(plane, async () => "answer");
    const outside = AsyncLocalStorage.snapshot();
    const over = Promise.withResolvers<void>();
    const background = Promise.withResolvers<[StatorError, string]>();
    await using middle = await Pair.of<null, string>(plane, async () => {
      void (async () => {
        await over.promise;
        const inside = await failure(backend.client.generate(null).one());
        background.resolve([inside, await outside(() => backend.client.generate(null).one())]);
      })();
      return "done";
    });
    await middle.client.generate(null).one();
    over.resolve();
    const [error, answer] = await background.promise;
    expect([error.code, answer]).toEqual(["cancelled", "answer"]);
  });

  test("a hundred streams at once keep their own context across every step", async () => {
    const storage = new AsyncLocalStorage<string>();
    await using backend = await Pair.of<number, [string, string]>(plane, async function* (count) {
      for (let index = 0; index < count; index++) {
        const before = currentContext()?.id ?? "none";
        await Promise.resolve();
        if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
        yield [before, currentContext()?.id ?? "none"];
      }
    });
    await using middle = await Pair.of<number, [string, string]>(plane, async function* (count) {
      for await (const item of backend.client.generate(count)) {
        yield [item.join(" "), currentContext()?.id ?? "none"];
      }
    });
    const streams = Array.from({ length: 100 }, (_, number) =>
      storage.run(`caller ${number}`, async () => {
        const id = `stream ${number}`;
        for await (const item of middle.client.generate(50, { id })) {
          if (item[0] !== `${id} ${id}` || item[1] !== id) throw new Error(`${id} was shown ${item.join(", ")}`);
          if (storage.getStore() !== `caller ${number}`) throw new Error(`${id} lost its own storage`);
          if (currentContext() !== undefined) throw new Error("the caller is no handler");
        }
        return number;
      }),
    );
    expect(await Promise.all(streams)).toEqual(Array.from({ length: 100 }, (_, number) => number));
  });

  test("a handler may stop early: what it still yields is sent", async () => {
    await using pair = await Pair.of<null, JsonValue>(plane, async function* (_, context) {
      yield context.isStopped();
      context.stopGenerating();
      context.stopGenerating();
      yield [context.isStopped(), context.isKilled(), context.signal.aborted];
      yield "last words";
    });
    expect(await collect(pair.client.generate(null))).toEqual([false, [true, false, true], "last words"]);
  });
});

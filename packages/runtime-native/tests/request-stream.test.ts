import { describe, expect, test } from "bun:test";

import { currentContext, StatorError } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { collect, Pair, PLANES } from "./support/pair.ts";

async function* overloaded(): AsyncGenerator<number> {
  yield 1;
  throw new StatorError("overloaded", "wait a little");
}

async function* countTo(count: number): AsyncGenerator<number> {
  for (let index = 1; index <= count; index++) yield index;
}

/** A source that waits for ever after its first part, and says when it was ended. */
function waiting<T>(...parts: T[]): { source: AsyncIterable<T>; ended: Promise<void>; asked: Promise<void> } {
  const ended = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const source: AsyncIterable<T> = {
    [Symbol.asyncIterator]: () => {
      const left = parts.values();
      return {
        next: () => {
          const { done, value } = left.next();
          if (done !== true) return Promise.resolve({ done: false, value });
          asked.resolve();
          return new Promise<never>(() => {});
        },
        return: () => {
          ended.resolve();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
  return { source, ended: ended.promise, asked: asked.promise };
}

describe.each(PLANES)("streams of requests, over %s", (plane) => {
  test("a handler that reads them all answers once", async () => {
    await using pair = await Pair.of<number, number, AsyncIterable<number>>(plane, async (parts) => {
      let sum = 0;
      for await (const part of parts) sum += part;
      return sum;
    });
    expect(await pair.client.generate(countTo(1_000)).one()).toBe(500_500);
    expect(await pair.client.generate(countTo(0)).one()).toBe(0);
    const sums = await Promise.all(Array.from({ length: 50 }, (_, n) => pair.client.generate(countTo(n)).one()));
    expect(sums).toEqual(Array.from({ length: 50 }, (_, n) => (n * (n + 1)) / 2));
    const web = new ReadableStream<number>({
      start(controller) {
        controller.enqueue(1);
        controller.enqueue(2);
        controller.close();
      },
    });
    expect(await pair.client.generate(web).one()).toBe(3);
  });

  test("both directions go at once: each part is answered before the next is sent", async () => {
    await using pair = await Pair.of<string, string, AsyncIterable<string>>(plane, async function* (parts) {
      for await (const part of parts) yield part.toUpperCase();
    });
    let answered = Promise.withResolvers<string>();
    async function* dialogue(): AsyncGenerator<string> {
      yield "a";
      for (let turn = 0; turn < 20; turn++) {
        const last = await answered.promise;
        answered = Promise.withResolvers();
        yield `${last.toLowerCase()}b`;
      }
    }
    const answers: string[] = [];
    for await (const answer of pair.client.generate(dialogue())) {
      answers.push(answer);
      answered.resolve(answer);
    }
    expect(answers).toEqual(Array.from({ length: 21 }, (_, turn) => `A${"B".repeat(turn)}`));
  });

  test("one handler serves both kinds of call: the call says which it is", async () => {
    await using pair = await Pair.of<number, string>(plane, async (request: number | AsyncIterable<number>) =>
      typeof request === "number" ? `one ${request}` : `many ${(await collect(request)).join(" ")}`,
    );
    expect(await pair.client.generate(7).one()).toBe("one 7");
    expect(await pair.client.generate(countTo(3)).one()).toBe("many 1 2 3");
  });

  test("a source that throws ends the call on both sides with its error", async () => {
    const begun = Promise.withResolvers<void>();
    const told = Promise.withResolvers<StatorError>();
    await using pair = await Pair.of<number, never, AsyncIterable<number>>(plane, async (parts) => {
      try {
        for await (const _ of parts) begun.resolve();
      } catch (error) {
        told.resolve(error as StatorError);
        throw error;
      }
      throw new Error("the source should have failed");
    });
    const cause = new Error("the disk is gone");
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      await begun.promise;
      throw cause;
    }
    const error = await failure(pair.client.generate(broken()).one());
    expect([error.code, error.message, error.cause]).toEqual([
      "cancelled",
      "the stream of requests failed: the disk is gone",
      cause,
    ]);
    expect((await told.promise).code).toBe("cancelled");

    expect((await failure(pair.client.generate(overloaded()).one())).code).toBe("overloaded");
  });

  test("an iterable whose iterator cannot be made fails the call", async () => {
    await using pair = await Pair.of<number, number, AsyncIterable<number>>(plane, async (parts) => {
      return (await collect(parts)).length;
    });
    const broken: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => {
        throw new Error("read already");
      },
    };
    expect((await failure(pair.client.generate(broken).one())).message).toContain("read already");
  });

  test("the source is ended as soon as the call is: answered, cancelled, failed", async () => {
    await using pair = await Pair.of<string, string, AsyncIterable<string>>(plane, async (parts) => {
      for await (const part of parts) {
        if (part === "answer") return "answered";
        if (part === "fail") throw new Error("failed");
      }
      return "never";
    });
    const answered = waiting("answer");
    expect(await pair.client.generate(answered.source).one()).toBe("answered");
    await answered.ended;

    const failed = waiting("fail");
    expect((await failure(pair.client.generate(failed.source).one())).message).toBe("failed");
    await failed.ended;

    const cancelled = waiting("go on");
    const response = pair.client.generate(cancelled.source);
    await cancelled.asked;
    response.cancel();
    await cancelled.ended;
  });

  test("a handler that leaves its loop early can still answer", async () => {
    await using pair = await Pair.of<number, number, AsyncIterable<number>>(plane, async function* (parts) {
      for await (const part of parts) {
        if (part === 3) break;
        yield part;
      }
      yield 100;
    });
    expect(await collect(pair.client.generate(countTo(1_000_000)))).toEqual([1, 2, 100]);
  });

  test("two next() of a handler at once: the second is an error, the first is served", async () => {
    await using pair = await Pair.of<number, unknown, AsyncIterable<number>>(plane, async (parts) => {
      const items = parts[Symbol.asyncIterator]();
      const first = items.next();
      const second = await failure(items.next());
      return [await first, second.code];
    });
    const gate = Promise.withResolvers<void>();
    async function* late(): AsyncGenerator<number> {
      await gate.promise;
      yield 1;
    }
    const response = pair.client.generate(late()).one();
    gate.resolve();
    expect(await response).toEqual([{ done: false, value: 1 }, "invalid_argument"]);
  });

  test("a caller that goes away makes the handler's loop throw", async () => {
    const begun = Promise.withResolvers<void>();
    const told = Promise.withResolvers<unknown[]>();
    await using pair = await Pair.of<string, never, AsyncIterable<string>>(plane, async (parts, context) => {
      try {
        for await (const _ of parts) begun.resolve();
      } catch (error) {
        told.resolve([(error as StatorError).code, context.signal.aborted, currentContext() === context]);
      }
      throw new Error("nobody hears this");
    });
    const { source } = waiting("one");
    const response = pair.client.generate(source);
    await begun.promise;
    response.cancel();
    expect(await told.promise).toEqual(["cancelled", true, true]);
  });
});

import { describe, expect, test } from "bun:test";
import * as addon from "./generated/index.ts";
import type { NativeStream } from "./generated/index.ts";
import { errorOf, rejectionOf } from "./support/error-of.ts";
import { eventually } from "./support/eventually.ts";

async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  return await Array.fromAsync(stream);
}

describe("streams", () => {
  test("give their items in order, exact, and end", async () => {
    expect(await all(addon.countTo(3))).toEqual([1n, 2n, 3n]);
    expect(await all(addon.countTo(0))).toEqual([]);
    expect(await all(addon.countMessages(3))).toEqual([null, "very-careful", null]);
    expect(await all(addon.countBytes(3))).toEqual([1, 2, 3].map((number) => new Uint8Array(number).fill(number)));
    let sum = 0n;
    for await (const item of addon.countTo(10_000)) sum += item;
    expect(sum).toBe(50_005_000n);
  });

  test("check their arguments when they are made", () => {
    expect(errorOf(() => addon.countTo(-1)).message).toBe("countTo: limit: expected u64, got -1");
  });

  test("do nothing before the first item is asked for", async () => {
    const before = addon.produced();
    const stream = addon.watched();
    expect(addon.produced()).toBe(before);
    await stream.return();
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    expect(addon.produced()).toBe(before);
  });

  test("are read once", async () => {
    const stream = addon.countTo(2);
    expect(await all(stream)).toEqual([1n, 2n]);
    expect(await all(stream)).toEqual([]);
  });

  test("answer calls of next that overlap in their order", async () => {
    const stream = addon.countTo(3);
    const results = await Promise.all([stream.next(), stream.next(), stream.next(), stream.next(), stream.next()]);
    expect(results.map(({ value }) => value)).toEqual([1n, 2n, 3n, undefined, undefined]);
    expect(results.map(({ done }) => done)).toEqual([false, false, false, true, true]);
  });

  test("end with the error of an item, after the items before it", async () => {
    const stream = addon.countThenFail(2);
    const items: number[] = [];
    const error = await rejectionOf(async () => {
      for await (const item of stream) items.push(item);
    });
    expect(items).toEqual([0, 1]);
    expect(error).toBeInstanceOf(addon.DivideErrorException);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  test("that cannot be opened say why", async () => {
    expect(await rejectionOf(() => all(addon.refuseToOpen("closed today")))).toMatchObject({
      code: "failed",
      message: "refuseToOpen: closed today",
    });
    expect(await all(addon.refuseToOpen(""))).toEqual([0, 1, 2]);
  });

  test("are streams of the web platform too", async () => {
    expect(await all(addon.countTo(3).toReadableStream())).toEqual([1n, 2n, 3n]);
    const dropped = addon.droppedStreams();
    const reader = addon.watched().toReadableStream().getReader();
    await reader.read();
    await reader.cancel();
    await eventually(() => addon.droppedStreams() === dropped + 1);
  });
});

describe("Rust waits", () => {
  test("when as many items wait as the stream's buffer holds", async () => {
    const before = addon.produced();
    const stream = addon.watched();
    expect(await stream.next()).toEqual({ value: 0, done: false });
    // What was taken makes room for as many again, and one is on its way.
    await eventually(() => addon.produced() > before + 1);
    const tasks = Array.from({ length: 20 }, async () => addon.addLater(1, 1).catch(() => 0));
    await Promise.all(tasks);
    expect(addon.produced() - before).toBeLessThanOrEqual(10);
    await stream[Symbol.asyncDispose]();
  });
});

describe("leaving early ends the Rust side", () => {
  const ways: readonly (readonly [way: string, leave: (stream: NativeStream<number>) => Promise<unknown>])[] = [
    [
      "break",
      async (stream) => {
        for await (const item of stream) if (item >= 3) break;
      },
    ],
    [
      "throw in the loop",
      async (stream) =>
        rejects(async () => {
          for await (const item of stream) if (item >= 3) throw new Error("mine");
        }),
    ],
    [
      "await using",
      async (stream) => {
        await using opened = stream;
        await opened.next();
      },
    ],
    [
      "return()",
      async (stream) => {
        await stream.next();
        expect(await stream.return()).toEqual({ value: undefined, done: true });
      },
    ],
    [
      "throw()",
      async (stream) => {
        await stream.next();
        await rejects(() => stream.throw(new Error("mine")));
      },
    ],
  ];

  test.each(ways)("by %s", async (_, leave) => {
    const dropped = addon.droppedStreams();
    const stream = addon.watched();
    await leave(stream);
    await eventually(() => addon.droppedStreams() === dropped + 1);
    expect(await stream.next()).toEqual({ value: undefined, done: true });
  });

  test("disposal waits until it is gone", async () => {
    const dropped = addon.droppedStreams();
    const stream = addon.watched();
    await stream.next();
    await stream[Symbol.asyncDispose]();
    expect(addon.droppedStreams()).toBe(dropped + 1);
    await stream[Symbol.asyncDispose]();
  });

  test("by forgetting it", async () => {
    const dropped = addon.droppedStreams();
    await readOne();
    await eventually(() => {
      Bun.gc(true);
      return addon.droppedStreams() === dropped + 1;
    });
  });

  test("by an AbortSignal", async () => {
    const dropped = addon.droppedStreams();
    const controller = new AbortController();
    const stream = addon.watched(controller.signal);
    await stream.next();
    controller.abort("enough");
    expect(await rejectionOf(async () => all(stream))).toMatchObject({ code: "cancelled", cause: "enough" });
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    await eventually(() => addon.droppedStreams() === dropped + 1);
    expect((await rejectionOf(() => addon.watched(AbortSignal.abort("no")).next())).cause).toBe("no");
  });

  test("by an AbortSignal while an item is awaited", async () => {
    const controller = new AbortController();
    const stream = addon.waitForEver(controller.signal);
    const next = stream.next();
    controller.abort("enough");
    expect(await rejectionOf(() => next)).toMatchObject({ code: "cancelled", cause: "enough" });
  });
});

async function rejects(run: () => Promise<unknown>): Promise<void> {
  const error = await run().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ message: "mine" });
}

/** Starts a stream that nobody refers to afterwards. */
async function readOne(): Promise<void> {
  await addon.watched().next();
}

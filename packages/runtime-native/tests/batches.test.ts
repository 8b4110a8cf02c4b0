import { describe, expect, test } from "bun:test";

import { type Annotated, type ResponseStream, StatorError } from "../src/index.ts";
import { failure } from "./support/failure.ts";
import { collect, Pair, PLANES } from "./support/pair.ts";

const KIB = 1_024;

/** The smallest window that there is. */
const WINDOW = 64 * KIB;

/** What may be under way besides the window: the batch that was being collected when it was found to be full. */
const BATCH = 128 * KIB;

const ITEMS = 20_000;

/** Reads arrays to the end; the error is that of the call. */
async function read<T>(stream: ResponseStream<T>): Promise<{ batches: T[][]; error: unknown }> {
  const batches: T[][] = [];
  try {
    for await (const batch of stream.batches()) batches.push(batch);
    return { batches, error: null };
  } catch (error) {
    return { batches, error };
  }
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let index = 0; index < count; index++) yield index;
}

/** Items of mixed sizes and kinds. */
function mixed(index: number): unknown {
  if (index % 7 === 0) return new Uint8Array([index % 256]);
  return index % 5 === 0 ? "x".repeat((index * 131) % (4 * KIB)) : { index, more: null };
}

describe.each(PLANES)("a response in arrays, over %s", (plane) => {
  test.each([0, 1, 2, 1_000, ITEMS])(
    "%d items: all of them, in order, in arrays that are never empty",
    async (count) => {
      await using pair = await Pair.of<number, number>(plane, numbers);
      const { batches, error } = await read(pair.client.generate(count));
      expect(error).toBeNull();
      expect(batches.flat()).toEqual(await collect(pair.client.generate(count)));
      expect(batches.filter((batch) => batch.length === 0)).toEqual([]);
      // An item at a time would be no arrays; how many come together is up to the machine.
      if (count === ITEMS) expect(batches.length).toBeLessThan(ITEMS / 2);
    },
  );

  test("items of mixed sizes and kinds", async () => {
    await using pair = await Pair.of<number, unknown>(plane, async function* (count) {
      for (let index = 0; index < count; index++) yield mixed(index);
    });
    const { batches } = await read(pair.client.generate(3_000));
    expect(batches.flat()).toEqual(Array.from({ length: 3_000 }, (_, index) => mixed(index)));
  });

  test("everything that has come before the first look is one array", async () => {
    const released = Promise.withResolvers<void>();
    await using pair = await Pair.of<number, number>(plane, async function* (count) {
      yield* numbers(count);
      released.resolve();
    });
    const early = pair.client.generate(100);
    await released.promise;
    // A call made now is answered after the other has ended.
    await collect(pair.client.generate(1));
    expect(await read(early)).toEqual({ batches: [Array.from({ length: 100 }, (_, index) => index)], error: null });
  });

  test("an answer that is one value is an array of it", async () => {
    await using pair = await Pair.of<string, string>(plane, (request) => Promise.resolve(request));
    expect(await read(pair.client.generate("one"))).toEqual({ batches: [["one"]], error: null });
  });

  test("annotated items", async () => {
    await using pair = await Pair.of<number, Annotated<number>>(
      plane,
      numbers as unknown as (count: number) => AsyncGenerator<Annotated<number>>,
      { client: { annotated: true } },
    );
    const { batches } = await read(pair.client.generate(3));
    expect(batches.flat().map(({ data }) => data)).toEqual([0, 1, 2]);
  });

  test("a slow reader holds the generator at the credit, and gets no more than that in one array", async () => {
    let yielded = 0;
    const small = { worker: { streamWindowBytes: WINDOW }, caller: { streamWindowBytes: WINDOW } };
    await using pair = await Pair.of<string, string>(
      plane,
      async function* (request) {
        if (request === "small") return;
        for (; yielded < ITEMS; yielded++) yield "x".repeat(KIB);
      },
      small,
    );
    // Lets everything happen that can happen: each call takes the same way as what is held back.
    const exchange = async (): Promise<void> => {
      for (let round = 0; round < 50; round++) await collect(pair.client.generate("small"));
    };
    const batches = pair.client.generate("large").batches()[Symbol.asyncIterator]();
    const sizes: number[] = [];
    for (let round = 0; round < 3; round++) {
      sizes.push((await batches.next()).value?.length ?? 0);
      const before = sizes.reduce((sum, size) => sum + size, 0) - (sizes.at(-1) ?? 0);
      await exchange();
      const held = yielded;
      expect((held - before) * KIB).toBeLessThanOrEqual(WINDOW + BATCH);
      await exchange();
      expect(yielded).toBe(held);
    }
    for (let batch = await batches.next(); batch.done !== true; batch = await batches.next())
      sizes.push(batch.value.length);
    expect([sizes.reduce((sum, size) => sum + size, 0), yielded]).toEqual([ITEMS, ITEMS]);
    expect(Math.max(...sizes) * KIB).toBeLessThanOrEqual(WINDOW + BATCH);
  });

  test("break ends the worker", async () => {
    const ended = Promise.withResolvers<string>();
    await using pair = await Pair.of<null, number>(plane, async function* (_, { signal }) {
      try {
        for (let index = 0; ; index++) {
          yield index;
          await Promise.resolve();
        }
      } finally {
        ended.resolve((signal.reason as StatorError).code);
      }
    });
    for await (const [first] of pair.client.generate(null).batches()) {
      expect(first).toBe(0);
      break;
    }
    expect(await ended.promise).toBe("cancelled");
  });

  test("an error comes behind the items before it, once", async () => {
    await using pair = await Pair.of<number, number>(plane, async function* (count) {
      yield* numbers(count);
      throw new StatorError("not_found", "at the end");
    });
    for (const count of [0, 1, 5_000]) {
      const { batches, error } = await read(pair.client.generate(count));
      expect(batches.flat()).toEqual(Array.from({ length: count }, (_, index) => index));
      expect(error).toMatchObject({ code: "not_found", message: "at the end" });
    }
    const late = pair.client.generate(0).batches()[Symbol.asyncIterator]();
    expect((await failure(late.next())).code).toBe("not_found");
    expect(await late.next()).toEqual({ done: true, value: undefined });
  });

  test("cancel(), the signal and the deadline end a reader that waits", async () => {
    await using pair = await Pair.of<null, number>(plane, async function* (_, { signal }) {
      yield 1;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    const controller = new AbortController();
    const ways: [signal: AbortSignal | undefined, end: (response: ResponseStream<number>) => void][] = [
      [undefined, (response) => response.cancel()],
      [controller.signal, () => controller.abort()],
    ];
    for (const [signal, end] of ways) {
      const response = pair.client.generate(null, { signal });
      const batches = response.batches()[Symbol.asyncIterator]();
      expect(await batches.next()).toEqual({ done: false, value: [1] });
      const waiting = failure(batches.next());
      end(response);
      expect((await waiting).code).toBe("cancelled");
    }
    const late = await read(pair.client.generate(null, { timeoutMs: 50 }));
    expect(late.error).toMatchObject({ code: "deadline_exceeded" });
  });

  test("next() while another next() waits is an error of that one alone", async () => {
    const gate = Promise.withResolvers<void>();
    await using pair = await Pair.of<null, number>(plane, async function* () {
      await gate.promise;
      yield 1;
    });
    const batches = pair.client.generate(null).batches()[Symbol.asyncIterator]();
    const first = batches.next();
    expect((await failure(batches.next())).code).toBe("invalid_argument");
    gate.resolve();
    expect(await first).toEqual({ done: false, value: [1] });
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  test("who reads arrays has begun to read, and one who has not is forgotten", async () => {
    const gate = Promise.withResolvers<void>();
    await using pair = await Pair.of<string, number>(
      plane,
      async function* (how) {
        if (how === "read") await gate.promise;
        yield 1;
        await gate.promise;
      },
      { caller: { unreadTimeoutMs: 40 } },
    );
    const reading = read(pair.client.generate("read"));
    const unread = Promise.withResolvers<StatorError | null>();
    const forgotten = pair.client.generate("unread", { onOver: unread.resolve });
    // Claimed, but not asked.
    forgotten.batches();
    expect((await unread.promise)?.message).toContain("unreadTimeoutMs");
    gate.resolve();
    expect(await reading).toEqual({ batches: [[1]], error: null });
  });
});

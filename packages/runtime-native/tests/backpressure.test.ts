import { describe, expect, test } from "bun:test";

import { collect, Pair, PLANES } from "./support/pair.ts";

const KIB = 1_024;

/** The smallest window that there is. */
const WINDOW = 64 * KIB;

/** What may be under way besides the window: the batch that was being collected when it was found to be full. */
const BATCH = 128 * KIB;

const ITEMS = 20_000;

async function* single(part: string): AsyncGenerator<string> {
  yield part;
}

/** Lets everything happen that can happen: each call takes the same way as what is held back. */
async function exchange(call: () => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 50; round++) await call();
}

describe.each(PLANES)("backpressure, over %s", (plane) => {
  const small = { worker: { streamWindowBytes: WINDOW }, caller: { streamWindowBytes: WINDOW } };

  test("a reader that stops reading stops the generator at its credit, and can go on", async () => {
    let yielded = 0;
    await using pair = await Pair.of<string, string>(
      plane,
      async function* (request) {
        if (request === "small") return;
        for (; yielded < ITEMS; yielded++) yield "x".repeat(KIB);
      },
      small,
    );
    const items = pair.client.generate("large")[Symbol.asyncIterator]();
    await items.next();
    await exchange(() => collect(pair.client.generate("small")));
    const held = yielded;
    expect(held).toBeGreaterThan(0);
    expect(held * KIB).toBeLessThanOrEqual(WINDOW + BATCH);
    await exchange(() => collect(pair.client.generate("small")));
    expect(yielded).toBe(held);
    let read = 1;
    while ((await items.next()).done !== true) read++;
    expect([read, yielded]).toEqual([ITEMS, ITEMS]);
  });

  test("a response that nobody reads holds back its generator, whatever it is read by later", async () => {
    let yielded = 0;
    await using pair = await Pair.of<string, string>(
      plane,
      async function* (request) {
        if (request === "small") return;
        for (; yielded < ITEMS; yielded++) yield "x".repeat(KIB);
      },
      small,
    );
    const stream = pair.client.generate("large").toReadableStream();
    await exchange(() => collect(pair.client.generate("small")));
    expect(yielded * KIB).toBeLessThanOrEqual(WINDOW + BATCH);
    expect((await Array.fromAsync(stream)).length).toBe(ITEMS);
  });

  test("a handler that stops reading stops the stream of requests, and can go on", async () => {
    let sent = 0;
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using pair = await Pair.of<string, number, AsyncIterable<string>>(
      plane,
      async (parts) => {
        let count = 0;
        for await (const part of parts) {
          if (part === "small") return 0;
          if (count++ === 0) {
            begun.resolve();
            await gate.promise;
          }
        }
        return count;
      },
      small,
    );
    async function* source(): AsyncGenerator<string> {
      for (; sent < ITEMS; sent++) yield "x".repeat(KIB);
    }
    const response = pair.client.generate(source()).one();
    await begun.promise;
    await exchange(() => pair.client.generate(single("small")).one());
    expect(sent).toBeGreaterThan(0);
    expect(sent * KIB).toBeLessThanOrEqual(WINDOW + BATCH);
    gate.resolve();
    expect(await response).toBe(ITEMS);
  });

  test("an item larger than the window passes, both ways", async () => {
    const large = "x".repeat(1_024 * KIB);
    await using pair = await Pair.of<string, string, AsyncIterable<string>>(
      plane,
      async function* (parts) {
        for await (const part of parts) {
          yield part;
          yield part;
        }
      },
      small,
    );
    async function* source(): AsyncGenerator<string> {
      for (const part of [large, "small", large]) yield part;
    }
    expect((await collect(pair.client.generate(source()))).map((item) => item.length)).toEqual([
      large.length,
      large.length,
      5,
      5,
      large.length,
      large.length,
    ]);
  });

  test("a slow reader slows its own stream and no other", async () => {
    await using pair = await Pair.of<number, string>(
      plane,
      async function* (count) {
        for (let index = 0; index < count; index++) yield "x".repeat(KIB);
      },
      small,
    );
    const slow = pair.client.generate(ITEMS)[Symbol.asyncIterator]();
    await slow.next();
    expect(await collect(pair.client.generate(2_000))).toHaveLength(2_000);
    await slow.return?.();
  });
});

import { describe, expect, test } from "bun:test";

import type { JsonValue } from "../src/index.ts";
import { collect, Pair, PLANES } from "./support/pair.ts";

const KIB = 1_024;

/** Payloads that would move, join or break their neighbours if anything were joined, split or counted wrongly. */
const AWKWARD: readonly (JsonValue | Uint8Array)[] = [
  "1],[0",
  '{"a":',
  '"',
  "\\",
  "]]}}",
  ",",
  "null",
  "\ud800",
  "\udc00\ud800",
  "😀",
  "中文",
  "é",
  "\ufeff",
  "\ufeff{}",
  "\u0000",
  "a\u0000b",
  "\u2028\u2029",
  "\u007f\u0080\u07ff\u0800\uffff",
  "",
  {},
  [],
  0,
  null,
  false,
  { "": "" },
  { "1],[0": ["\ud83d", "\ude00"] },
  { key: [1, [2, [3, "😀".repeat(100)]]] },
  "x".repeat(70 * KIB),
  "中".repeat(30 * KIB),
  12345678901234567890n,
  [9007199254740993n, "9007199254740993", -9223372036854775808n],
  new Uint8Array(0),
  new Uint8Array([0, 255, 91, 49, 93, 44, 91, 48]),
  new Uint8Array(70 * KIB).fill(34),
  new TextEncoder().encode('{"bytes":"are not text"}'),
];

/** Walks through the list with every start and step, so that everything stands beside everything. */
function mixed(start: number, count: number): (JsonValue | Uint8Array)[] {
  return Array.from({ length: count }, (_, index) => at(start + index * (1 + (start % 7))));
}

function at(index: number): JsonValue | Uint8Array {
  return AWKWARD[index % AWKWARD.length] as JsonValue | Uint8Array;
}

/** What travels as JSON comes back equal; a lone surrogate too. */
function same(received: unknown, sent: unknown): void {
  if (sent instanceof Uint8Array) expect(received).toBeInstanceOf(Uint8Array);
  expect(received).toEqual(sent);
}

describe.each(PLANES)("payloads beside each other, over %s", (plane) => {
  test("every awkward value comes back as it was sent, among many calls at once", async () => {
    await using pair = await Pair.of<JsonValue | Uint8Array, JsonValue | Uint8Array>(
      plane,
      (request) => Promise.resolve(request),
      { worker: { maxConcurrentCalls: 2_000 } },
    );
    const sent = Array.from({ length: 20 }, (_, start) => mixed(start, AWKWARD.length)).flat();
    const received = await Promise.all(sent.map((value) => pair.client.generate(value).one()));
    for (const [index, value] of sent.entries()) same(received[index], value);
  });

  test("the items of streams that run at once keep their order and their content", async () => {
    await using pair = await Pair.of<number, JsonValue | Uint8Array>(plane, async function* (start) {
      for (const item of mixed(start, 200)) yield item;
    });
    const streams = await Promise.all(Array.from({ length: 20 }, (_, start) => collect(pair.client.generate(start))));
    for (const [start, items] of streams.entries()) {
      const sent = mixed(start, 200);
      expect(items).toHaveLength(sent.length);
      for (const [index, value] of sent.entries()) same(items[index], value);
    }
  });

  test("call ids and metadata in a batch are as separate as payloads", async () => {
    await using pair = await Pair.of<string, JsonValue>(plane, (request, context) =>
      Promise.resolve([request, context.id, context.metadata]),
    );
    const odd = ["\ufeff", "😀", "\u0000", '","metadata":{"x":"y"}}', "1],[0", "é".repeat(300), "\u2028"];
    const calls = Array.from({ length: 200 }, (_, index) => {
      const [id, key, value] = [odd[index % 7], odd[(index * 3) % 7], odd[(index * 5) % 7]] as [string, string, string];
      return { request: String(index), id, metadata: { [key]: value, __proto__x: value } };
    });
    const received = await Promise.all(
      calls.map(({ request, id, metadata }) => pair.client.generate(request, { id, metadata }).one()),
    );
    expect(received).toEqual(calls.map(({ request, id, metadata }) => [request, id, metadata]));
  });

  test("more events, records and bytes than one batch holds", async () => {
    await using pair = await Pair.of<number, JsonValue>(plane, async function* (size) {
      for (let index = 0; index < 5_000; index++) yield [index, "y".repeat(size)];
    });
    const streams = [0, 1, 300, 1_000].map(async (size) => {
      let expected = 0;
      for await (const item of pair.client.generate(size)) {
        const [index, text] = item as [number, string];
        if (index !== expected || text.length !== size) throw new Error(`item ${index} in place of ${expected}`);
        expected++;
      }
      return expected;
    });
    expect(await Promise.all(streams)).toEqual([5_000, 5_000, 5_000, 5_000]);
  });

  test("thousands of calls in one turn", async () => {
    await using pair = await Pair.of<number, number>(plane, (request) => Promise.resolve(request), {
      worker: { maxConcurrentCalls: 10_000 },
    });
    const numbers = Array.from({ length: 5_000 }, (_, index) => index);
    expect(await Promise.all(numbers.map((each) => pair.client.generate(each).one()))).toEqual(numbers);
  });

  test("items of a megabyte, as text and as bytes, beside small ones", async () => {
    const text = "é😀x".repeat(256 * KIB);
    const bytes = new Uint8Array(KIB * KIB).map((_, index) => index);
    await using pair = await Pair.of<JsonValue | Uint8Array, JsonValue | Uint8Array>(plane, async function* (request) {
      yield 1;
      yield request;
      yield 2;
      yield request;
    });
    const [asText, asBytes, small] = await Promise.all([
      collect(pair.client.generate(text)),
      collect(pair.client.generate(bytes)),
      collect(pair.client.generate("small")),
    ]);
    expect(asText).toEqual([1, text, 2, text]);
    expect(asBytes).toEqual([1, bytes, 2, bytes]);
    expect(small).toEqual([1, "small", 2, "small"]);
  });
});

test("a handler that runs the event loop itself does not disturb the rest of its batch", async () => {
  await using pair = await Pair.of<number, number>("tcp", (request) => {
    // Bun's `expect().resolves` waits by running the event loop: events arrive while this one is being told.
    // oxlint-disable-next-line typescript/no-floating-promises -- it has settled when the expression is done
    if (request === 3) expect(pair.client.generate(1_000).one()).resolves.toBe(1_000);
    return Promise.resolve(request);
  });
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  expect(await Promise.all(numbers.map((each) => pair.client.generate(each).one()))).toEqual(numbers);
});

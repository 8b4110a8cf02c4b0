import { describe, expect, test } from "bun:test";

import { failure } from "./support/failure.ts";
import { collect, Pair, PLANES, type Plane } from "./support/pair.ts";
import { FLAG, frame, FrameReader, KIND, ONLY, openPayload, preface } from "./support/wire.ts";

/** So few calls at once that every one that stays behind is missed. */
const LIMIT = 4;

const ROUNDS = 20;

function worker(plane: Plane): Promise<Pair<string, string>> {
  return Pair.of<string, string, string | AsyncIterable<string>>(
    plane,
    async function* (request, context) {
      if (typeof request !== "string") {
        for await (const part of request) yield part;
        return;
      }
      if (request === "throw") throw new Error("as asked");
      yield "first";
      if (request === "NaN") yield Number.NaN as never;
      if (request === "wait") await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
      if (request === "more") for (let index = 0; index < 1_000; index++) yield "x".repeat(1_000);
    },
    { worker: { maxConcurrentCalls: LIMIT, streamWindowBytes: 65_536 }, caller: { streamWindowBytes: 65_536 } },
  );
}

async function* endless(): AsyncGenerator<string> {
  for (;;) yield "part";
}

/** As many calls at once as the worker takes: none of those before may still count. */
async function expectNothingLeft(pair: Pair<string, string>): Promise<void> {
  for (;;) {
    const waiting = Array.from({ length: LIMIT }, () => pair.client.generate("wait")[Symbol.asyncIterator]());
    try {
      for (const items of waiting) await items.next();
      break;
    } catch (error) {
      expect((error as { code: string }).code).toBe("overloaded");
    } finally {
      for (const items of waiting) await items.return?.();
    }
    // The ends of the last ones are still on their way to the worker, and nobody says when they are there.
    await Bun.sleep(5);
  }
  await pair.worker.shutdown();
}

const ENDS: [name: string, end: (pair: Pair<string, string>) => Promise<unknown>][] = [
  ["read to the end", (pair) => collect(pair.client.generate("more"))],
  ["left before it was sent", async (pair) => pair.client.generate("more").cancel()],
  [
    "left in the middle",
    async (pair) => {
      for await (const _ of pair.client.generate("more")) break;
    },
  ],
  [
    "left while its handler waits",
    async (pair) => {
      for await (const _ of pair.client.generate("wait")) break;
    },
  ],
  ["failed", (pair) => failure(collect(pair.client.generate("throw")))],
  ["failed in an item", (pair) => failure(collect(pair.client.generate("NaN")))],
  ["out of time", (pair) => failure(collect(pair.client.generate("wait", { timeoutMs: 1 })))],
  ["more than one() wanted", (pair) => failure(pair.client.generate("more").one())],
  [
    "a stream of requests that was left",
    async (pair) => {
      for await (const _ of pair.client.generate(endless())) break;
    },
  ],
];

describe.each(PLANES)("a call leaves nothing behind, over %s", (plane) => {
  test.each(ENDS)("%s", async (_, end) => {
    await using pair = await worker(plane);
    for (let round = 0; round < ROUNDS; round++) {
      try {
        await end(pair);
      } catch (error) {
        // The one before may not have reached its end yet.
        expect((error as { code: string }).code).toBe("overloaded");
      }
    }
    await expectNothingLeft(pair);
  });
});

test("a kill before the request, a request that never comes, and one after a kill", async () => {
  await using pair = await worker("tcp");
  const [, port = "0"] = pair.client.instances()[0]?.address.split(":") ?? [];
  const reader = new FrameReader();
  const answered = Promise.withResolvers<void>();
  const frames: Buffer[] = [preface()];
  for (let stream = 1; stream <= ROUNDS; stream++) {
    frames.push(
      frame(KIND.open, 0, stream, openPayload(pair.path)),
      frame(KIND.cancel, 0, stream, new Uint8Array([1])),
      frame(KIND.data, ONLY, stream, '"more"'),
    );
  }
  // Its answer says that all before it has been seen.
  frames.push(
    frame(KIND.open, 0, ROUNDS + 1, openPayload(pair.path)),
    frame(KIND.data, ONLY, ROUNDS + 1, '"throw"'),
    // Opened and left alone: the end of the connection is its end.
    frame(KIND.open, 0, ROUNDS + 2, openPayload(pair.path)),
    frame(KIND.data, FLAG.bytes, ROUNDS + 2, "half a mess"),
  );
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: Number(port),
    socket: {
      data: (_, bytes) => {
        if (reader.push(bytes).some(({ kind, stream }) => kind === KIND.error && stream === ROUNDS + 1)) {
          answered.resolve();
        }
      },
    },
  });
  socket.write(Buffer.concat(frames));
  await answered.promise;
  socket.end();
  await expectNothingLeft(pair);
});

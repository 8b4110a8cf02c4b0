import { afterAll, expect, test, setDefaultTimeout } from "bun:test";
import { createServer, type Server } from "node:net";
import { join } from "node:path";

import { blockHashes, KvEventDecoder, KvEventPublisher, type KvCacheEventData } from "../../src/index.ts";
import { KvEventFeed } from "../../src/vllm/kv-event-feed.ts";
import { KvEventLog } from "./kv-event-log.ts";

// It only ends what hangs: the machine may have other work.
setDefaultTimeout(60_000);

type Said =
  | "cleared"
  | { removed: string[] }
  | { stored: string[]; parent: string | null; tokens: number[]; lora: string | null }
  | null;

const recording = (name: string) => Bun.file(join(import.meta.dir, "recording", name));
const BLOCK = 4;

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** Sends to whoever connects what libzmq has sent, in pieces of so many bytes. */
async function replaying(name: string, piece: number): Promise<string> {
  const bytes = new Uint8Array(await recording(name).arrayBuffer());
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => {});
    for (let at = 0; at < bytes.length; at += piece) socket.write(bytes.subarray(at, at + piece));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Reads batches until there are so many. */
async function read(endpoint: string, replayEndpoint: string, count: number) {
  const batches: Uint8Array[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const batch = (payload: Uint8Array): void => {
    batches.push(payload);
    if (batches.length === count) resolve();
  };
  await using feed = new KvEventFeed({ endpoint, replayEndpoint, topic: "kv-events" }, { batch, restarted: () => {} });
  await promise;
  return { batches, missed: feed.missed };
}

test.each([
  ["publisher.bin", 1 << 20],
  ["publisher.bin", 1],
  ["router.bin", 7],
])(
  "the recorded batches of all versions are read from %s in pieces of %i bytes, and hashed anew",
  async (name, piece) => {
    const said = (await recording("expected.json").json()) as Said[][];
    const endpoint = await replaying("publisher.bin", piece);
    const replayEndpoint = name === "router.bin" ? await replaying(name, piece) : "";
    const { batches, missed } = await read(endpoint, replayEndpoint, said.length);
    expect(missed).toBe(0n);
    const decoder = new KvEventDecoder(7, BLOCK);
    for (const [index, batch] of batches.entries()) {
      const events = decoder.decode(batch).filter(({ storage_tier }) => storage_tier === "device");
      expect(events.map(({ event }) => event.data)).toEqual((said[index] ?? []).flatMap(dataOf));
    }
  },
);

/** What routers are to be told of an event; nothing of one that does not concern them. */
function dataOf(said: Said): KvCacheEventData[] {
  if (said === null) return [];
  if (said === "cleared") return [said];
  if ("removed" in said) return [{ removed: { block_hashes: said.removed.map(BigInt) } }];
  const local = blockHashes(said.tokens, BLOCK, said.lora);
  const blocks = said.stored.map((hash, index) => ({
    block_hash: BigInt(hash),
    tokens_hash: local[index] ?? 0n,
    mm_extra_info: null,
  }));
  return [{ stored: { parent_hash: said.parent === null ? null : BigInt(said.parent), start_position: null, blocks } }];
}

test("what is no batch is refused, with a reason", () => {
  const decoder = new KvEventDecoder(7, BLOCK);
  for (const bytes of [
    [],
    [0xc0],
    [0x93],
    [0x81, 0xa2, 0x74, 0x73, 0xc0],
    [0xdd, 0xff, 0xff, 0xff, 0xff],
    [0x92, 0xcb],
  ]) {
    expect(() => decoder.decode(Uint8Array.from(bytes))).toThrow(/not a batch of vLLM's events/);
  }
});

/** A worker's publisher behind a feed. */
function relayed(options: { endpoint: string; replayEndpoint: string }) {
  const publisher = new KvEventPublisher({ publish: () => Promise.resolve() }, 7n);
  const decoder = new KvEventDecoder(0, BLOCK);
  let restarts = 0;
  const feed = new KvEventFeed(
    { ...options, topic: "kv-events" },
    {
      batch: (payload) => publisher.relay(decoder.decode(payload)),
      restarted: () => {
        restarts++;
        publisher.cleared();
      },
    },
  );
  const until = async (blocks: number): Promise<void> => {
    while (publisher.blocks !== blocks) await Bun.sleep(2);
  };
  return { feed, publisher, until, restarts: () => restarts, [Symbol.asyncDispose]: () => feed[Symbol.asyncDispose]() };
}

const block = (first: number) => Array.from({ length: BLOCK }, (_, index) => first + index);

test("what was missed is asked for, and heard once", async () => {
  await using log = await KvEventLog.open("tcp://127.0.0.1:0", "tcp://127.0.0.1:0", "kv-events");
  log.stored([1n], null, block(0), BLOCK);
  await using relay = relayed({
    endpoint: log.publisher.endpoint,
    replayEndpoint: log.router?.endpoint ?? "",
  });
  // From before it came.
  await relay.until(1);
  log.stored([2n], 1n, block(10), BLOCK);
  await relay.until(2);
  log.stored([3n], 2n, block(20), BLOCK, true);
  log.stored([4n], 3n, block(30), BLOCK);
  await relay.until(4);
  expect([relay.feed.received, relay.feed.missed, relay.publisher.refused]).toEqual([4n, 0n, 0]);
});

test("without a place to ask, what was lost is counted", async () => {
  await using log = await KvEventLog.open("tcp://127.0.0.1:0", "", "kv-events");
  await using relay = relayed({ endpoint: log.publisher.endpoint, replayEndpoint: "" });
  await log.publisher.subscribed;
  log.stored([1n], null, block(0), BLOCK);
  log.stored([2n], null, block(10), BLOCK, true);
  log.stored([3n], null, block(20), BLOCK, true);
  log.stored([4n], null, block(30), BLOCK);
  await relay.until(2);
  expect(relay.feed.missed).toBe(2n);
});

test("an engine that begins anew is told to routers as empty, whether its connection was lost or not", async () => {
  await using log = await KvEventLog.open("tcp://127.0.0.1:0", "", "kv-events");
  await using relay = relayed({ endpoint: log.publisher.endpoint, replayEndpoint: "" });
  await log.publisher.subscribed;
  log.stored([1n], null, block(0), BLOCK);
  log.stored([2n], null, block(10), BLOCK);
  await relay.until(2);
  log.forget();
  log.stored([3n], null, block(20), BLOCK);
  await relay.until(1);
  expect(relay.restarts()).toBe(1);
});

test("after a lost connection everything is asked for again", async () => {
  await using log = await KvEventLog.open("tcp://127.0.0.1:0", "tcp://127.0.0.1:0", "kv-events");
  await using relay = relayed({
    endpoint: log.publisher.endpoint,
    replayEndpoint: log.router?.endpoint ?? "",
  });
  log.stored([1n], null, block(0), BLOCK);
  await relay.until(1);
  log.publisher.disconnect();
  log.forget();
  log.stored([5n], null, block(50), BLOCK);
  log.stored([6n], 5n, block(60), BLOCK);
  await relay.until(2);
  expect(relay.restarts()).toBe(1);
});

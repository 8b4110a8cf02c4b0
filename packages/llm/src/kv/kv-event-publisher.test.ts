import { expect, test } from "bun:test";

import { DistributedRuntime } from "@stator/runtime-native";

import { type ActiveLoad, blockHashes, KvIndex, type RouterEvent, sequenceHashes } from "../generated/index.ts";
import { KvEventPublisher } from "./kv-event-publisher.ts";
import type { StoredBlock } from "./kv-event-sink.ts";
import { KV_EVENTS, KV_METRICS } from "./kv-topics.ts";
import { LoadPublisher } from "./load-publisher.ts";

const BLOCK = 4;

/** The blocks of a prompt. */
function blocksOf(tokens: readonly number[]): StoredBlock[] {
  const local = blockHashes([...tokens], BLOCK);
  const sequence = sequenceHashes(local);
  return local.map((tokens_hash, at) => ({ tokens_hash, block_hash: sequence[at] ?? 0n }));
}

/** Keeps what is published; fails while `broken`. */
function recorder() {
  const events: RouterEvent[] = [];
  const messages: number[] = [];
  const scope = {
    broken: false,
    publish: (_topic: string, value: unknown): Promise<void> => {
      if (scope.broken) return Promise.reject(new Error("nobody takes it"));
      const list = structuredClone(value) as RouterEvent[];
      messages.push(list.length);
      events.push(...list);
      return Promise.resolve();
    },
  };
  return { scope, events, messages };
}

const prompt = (length: number, first = 0) => Array.from({ length }, (_, at) => first + at);

test("events of one turn travel together, blocks that follow each other in one event, and nothing is said twice", async () => {
  const { scope, events, messages } = recorder();
  const publisher = new KvEventPublisher(scope, 7n, { confirmMs: 0 });
  const [a, b, c] = blocksOf(prompt(12)) as [StoredBlock, StoredBlock, StoredBlock];
  publisher.stored(null, [a]);
  publisher.stored(a.block_hash, [b]);
  publisher.stored(b.block_hash, [c]);
  publisher.stored(null, [a, b]);
  publisher.removed([b.block_hash]);
  publisher.removed([c.block_hash]);
  await publisher.flush();
  expect(messages).toEqual([2]);
  expect(events.map(({ event }) => event.event_id)).toEqual([1n, 2n]);
  expect(events[0]).toMatchObject({ worker_id: 7n, event: { data: { stored: { parent_hash: null } }, dp_rank: 0 } });
  expect(events[1]?.event.data).toEqual({ removed: { block_hashes: [b.block_hash, c.block_hash] } });
  expect(publisher.blocks).toBe(1);
  publisher.stored(12345n, [b]);
  expect(publisher.refused).toBe(1);
});

test("a block that is told in a snapshot is not told under a number that the snapshot has", async () => {
  const { scope, events } = recorder();
  const publisher = new KvEventPublisher(scope, 7n, { confirmMs: 0 });
  const [a, b] = blocksOf(prompt(8)) as [StoredBlock, StoredBlock];
  publisher.stored(null, [a]);
  const before = publisher.snapshot();
  publisher.stored(a.block_hash, [b]);
  await publisher.flush();
  expect(before.map(({ event }) => event.event_id)).toEqual([1n, 1n]);
  expect(events.map(({ event }) => event.event_id)).toEqual([1n, 2n]);
});

test("while nothing can be published the oldest events are dropped, and the gap shows", async () => {
  const { scope, events } = recorder();
  const publisher = new KvEventPublisher(scope, 7n, { capacity: 3, confirmMs: 0 });
  scope.broken = true;
  for (let at = 0; at < 10; at++) publisher.stored(null, blocksOf(prompt(BLOCK, at)));
  expect(publisher.dropped).toBe(7);
  scope.broken = false;
  await publisher.close();
  expect(events.map(({ event }) => event.event_id)).toEqual([8n, 9n, 10n]);
});

test("an empty event follows when nothing more happens, once, so that a router sees what it has missed", async () => {
  const { scope, events } = recorder();
  const publisher = new KvEventPublisher(scope, 7n, { confirmMs: 1 });
  publisher.stored(null, blocksOf(prompt(BLOCK)));
  while (events.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await publisher.flush();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await publisher.close();
  expect(events.map(({ event }) => event.event_id)).toEqual([1n, 2n]);
  expect(events[1]?.event.data).toEqual({ removed: { block_hashes: [] } });
  const index = new KvIndex(BLOCK);
  expect(index.apply(events)).toEqual([]);
});

test("closing ends also while nothing can be published", async () => {
  const { scope } = recorder();
  const publisher = new KvEventPublisher(scope, 7n, { confirmMs: 0 });
  scope.broken = true;
  publisher.stored(null, blocksOf(prompt(BLOCK)));
  await publisher.close();
  expect(publisher.dropped).toBe(1);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "a snapshot and the events make the same index as a naive model (seed %i)",
  async (seed) => {
    const random = generator(seed);
    const { scope, events } = recorder();
    const publisher = new KvEventPublisher(scope, 7n, { confirmMs: 0 });
    // Prompts that share beginnings: the model is the set of sequence hashes that are cached.
    const prompts = Array.from({ length: 12 }, () =>
      Array.from(
        { length: BLOCK * (1 + Math.floor(random() * 6)) },
        (_, at) => Math.floor(random() * 2) + (at % BLOCK),
      ),
    );
    const model = new Map<bigint, bigint | null>();
    for (let step = 0; step < 200; step++) {
      const blocks = blocksOf(prompts[Math.floor(random() * prompts.length)] ?? []);
      const choice = random();
      if (choice < 0.6) {
        const from = Math.floor(random() * blocks.length);
        const parent = from === 0 ? null : (blocks[from - 1]?.block_hash ?? null);
        publisher.stored(parent, blocks.slice(from));
        if (parent === null || model.has(parent)) {
          let before = parent;
          for (const { block_hash } of blocks.slice(from)) {
            if (!model.has(block_hash)) model.set(block_hash, before);
            before = block_hash;
          }
        }
      } else if (choice < 0.97) {
        const gone = [blocks[Math.floor(random() * blocks.length)]?.block_hash ?? 0n];
        publisher.removed(gone);
        for (const hash of gone) drop(model, hash);
      } else {
        publisher.cleared();
        model.clear();
      }
      if (random() < 0.1) await publisher.flush();
    }
    await publisher.flush();
    const followed = new KvIndex(BLOCK);
    expect(followed.apply(events)).toEqual([]);
    const late = new KvIndex(BLOCK);
    expect(late.apply(publisher.snapshot())).toEqual([]);
    expect(publisher.blocks).toBe(model.size);
    for (const tokens of prompts) {
      const hashes = blocksOf(tokens);
      const missing = hashes.findIndex(({ block_hash }) => !model.has(block_hash));
      const expected = missing < 0 ? hashes.length : missing;
      for (const index of [followed, late]) expect(index.findMatches(tokens)[0]?.blocks ?? 0).toBe(expected);
    }
    expect(late.blocks).toBe(followed.blocks);
  },
);

test("over a runtime, routers get the events and the newest load", async () => {
  await using runtime = await DistributedRuntime.create({ discovery: "memory" });
  const endpoint = runtime.endpoint("llm.engine.generate");
  const subscription = endpoint.subscribe<RouterEvent[]>(KV_EVENTS);
  const loads = endpoint.subscribe<ActiveLoad>(KV_METRICS);
  await Promise.all([subscription.ready, loads.ready]);
  await using publisher = new KvEventPublisher(endpoint, () => runtime.instanceId);
  publisher.stored(null, blocksOf(prompt(8)));
  const load = new LoadPublisher(endpoint, () => runtime.instanceId);
  load.publish({ kv_used_blocks: 1 });
  load.publish({ kv_used_blocks: 2, active_decode_blocks: 2 });
  await load.close();
  for await (const { payload } of subscription) {
    expect(payload.length).toBe(1);
    expect(BigInt(payload[0]?.worker_id ?? 0)).toBe(runtime.instanceId);
    break;
  }
  for await (const { payload } of loads) {
    expect(payload).toMatchObject({
      dp_rank: 0,
      active_decode_blocks: 2,
      active_prefill_tokens: null,
      kv_used_blocks: 2,
    });
    break;
  }
});

function drop(model: Map<bigint, bigint | null>, hash: bigint): void {
  if (!model.delete(hash)) return;
  for (const [child, parent] of [...model]) if (parent === hash) drop(model, child);
}

/** Numbers from 0 to 1 that only depend on the seed. */
function generator(seed: number): () => number {
  let state = seed * 0x9e37_79b9;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) + 0x6d2b_79f5) | 0;
    return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
  };
}

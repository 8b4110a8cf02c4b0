import { expect, test } from "bun:test";

import { KvIndex, type WorkerScore } from "../generated/index.ts";
import { ActiveSequences } from "./active-sequences.ts";
import { pickWorker } from "./pick-worker.ts";
import { PredictedBlocks } from "./predicted-blocks.ts";
import { PromptBlocks } from "./prompt-blocks.ts";
import { SessionAffinity } from "./session-affinity.ts";
import { BLOCK } from "./testing/cached-engine.ts";
import { WorkerLoads } from "./worker-loads.ts";

const scores = (...costs: number[]): WorkerScore[] =>
  costs.map((cost, at) => ({
    worker_id: BigInt(at),
    overlap_blocks: 0,
    prefill_blocks: 0,
    decode_blocks: 0,
    cost,
    overloaded: false,
  }));

const prompt = (length: number, first = 0) =>
  new PromptBlocks(
    Array.from({ length }, (_, at) => first + at),
    BLOCK,
    { loraName: null, cacheSalt: null },
  );

test("without temperature the cheapest wins, and equals have the same chance", () => {
  const parts = Array.from({ length: 10 }, (_, at) => at / 10);
  expect(parts.map((part) => pickWorker(scores(3, 1, 2), 0, () => part))).toEqual(parts.map(() => 1));
  expect(parts.map((part) => pickWorker(scores(1, 5, 1), 0, () => part))).toEqual([0, 0, 0, 0, 0, 2, 2, 2, 2, 2]);
});

test("with a temperature each has the chance that the softmax gives", () => {
  // exp(0) to exp(-1/2) to exp(-1): 0.506, 0.307, 0.186 of the whole.
  const at = (part: number) => pickWorker(scores(10, 15, 20), 1, () => part);
  expect([0, 0.5, 0.51, 0.81, 0.82, 0.999].map(at)).toEqual([0, 0, 1, 1, 2, 2]);
  expect(pickWorker(scores(7), 1, () => 0.5)).toBe(0);
  expect(pickWorker(scores(7, 7), 1, () => 0.5)).toBe(1);
});

test("requests are counted until they are over, and blocks that several hold count once", () => {
  const active = new ActiveSequences(1000);
  const both = prompt(16).sequence;
  active.add("a", { workerId: 1n, prefillTokens: 16, blocks: both, ownBlocks: 1 }, 0);
  active.add("b", { workerId: 1n, prefillTokens: 4, blocks: both, ownBlocks: 2 }, 500);
  active.add("c", { workerId: 2n, prefillTokens: 8, blocks: [], ownBlocks: 2 }, 600);
  expect(active.load(1n)).toEqual({ requests: 2, prefillTokens: 20, decodeBlocks: 7 });
  expect(active.shared(1n, prompt(24).sequence)).toBe(4);
  expect(active.shared(1n, prompt(16, 1).sequence)).toBe(0);
  expect(active.prefillCompleted("a")).toBe(true);
  expect(active.prefillCompleted("a")).toBe(true);
  expect(active.load(1n).prefillTokens).toBe(4);
  // The same request again, elsewhere: it has left where it was.
  active.add("b", { workerId: 2n, prefillTokens: 4, blocks: both, ownBlocks: 2 }, 700);
  expect(active.load(1n)).toEqual({ requests: 1, prefillTokens: 0, decodeBlocks: 5 });
  expect(active.expire(999)).toBe(0);
  expect(active.expire(1000)).toBe(1);
  expect(active.load(1n)).toEqual({ requests: 0, prefillTokens: 0, decodeBlocks: 0 });
  active.removeWorker(2n);
  expect([active.size, active.free("b"), active.free("c")]).toEqual([0, false, false]);
});

test("sessions end with their time, and the oldest goes when there are too many", () => {
  const sessions = new SessionAffinity(100, 2);
  sessions.keep("a", 1n, 0);
  sessions.keep("b", 2n, 10);
  expect([sessions.find("a", 99), sessions.find("a", 100), sessions.find("c", 0)]).toEqual([1n, null, null]);
  sessions.keep("a", 1n, 50);
  sessions.keep("c", 2n, 60);
  expect([sessions.find("a", 60), sessions.find("b", 60), sessions.find("c", 60)]).toEqual([1n, null, 2n]);
  sessions.expire(155);
  expect(sessions.size).toBe(1);
  sessions.removeWorker(2n);
  expect(sessions.size).toBe(0);
});

test("what was sent is guessed to stay for a while, and beginnings outlive what follows them", () => {
  const index = new KvIndex(BLOCK);
  const predicted = new PredictedBlocks(index, 100, 1000);
  const found = (length: number) => index.findMatchesOfBlocks([...prompt(length).local])[0]?.blocks ?? 0;
  predicted.add(1n, prompt(16), 0);
  predicted.add(1n, prompt(8), 50);
  expect([found(16), predicted.size]).toEqual([4, 4]);
  predicted.expire(100);
  expect([found(16), predicted.size]).toEqual([2, 2]);
  predicted.add(1n, prompt(12), 120);
  predicted.expire(160);
  expect([found(16), predicted.size]).toEqual([3, 3]);
  predicted.expire(1000);
  expect([found(16), predicted.size, index.blocks, predicted.errors]).toEqual([0, 0, 0, 0]);
});

test("guesses are bounded", () => {
  const index = new KvIndex(BLOCK);
  const predicted = new PredictedBlocks(index, 100, 20);
  for (let at = 0; at < 50; at++) predicted.add(BigInt(at % 3), prompt(16, at * 100), at);
  expect(predicted.size).toBeLessThanOrEqual(20);
  expect(index.blocks).toBe(predicted.size);
  expect(predicted.errors).toBe(0);
});

test("an engine is busy by what all its ranks use, and only where it is known", () => {
  const loads = new WorkerLoads((id) => id < 10n, 200);
  const load = { worker_id: 1n, active_decode_blocks: null, active_prefill_tokens: null };
  loads.take({ ...load, dp_rank: 0, kv_used_blocks: 100 });
  loads.take({ ...load, dp_rank: 1, kv_used_blocks: 90 });
  loads.take({ ...load, dp_rank: 1, kv_used_blocks: null });
  loads.take({ ...load, worker_id: 11n, dp_rank: 0, kv_used_blocks: 100 });
  expect(loads.blocks(1n)).toEqual({ used: 190, total: 200 });
  expect(loads.blocks(11n)).toEqual({ used: null, total: 200 });
  expect([0.95, 0.96, null].map((threshold) => loads.isBusy(1n, threshold))).toEqual([true, false, false]);
  expect(loads.isBusy(11n, 0.01)).toBe(false);
});

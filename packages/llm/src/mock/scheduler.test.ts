import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { KvIndex, type KvCacheEventData } from "../index.ts";
import { BlockNames } from "./block-names.ts";
import { type KvBlock } from "./kv-block.ts";
import { RandomText } from "./random-text.ts";
import { Scheduler, type SchedulerLimits } from "./scheduler.ts";
import { Sequence } from "./sequence.ts";
import { TokenHash } from "./token-hash.ts";
import { WordTree } from "./word-tree.ts";

/** Generous: a loaded machine is no failure. */
setDefaultTimeout(120_000);

const LIMITS: SchedulerLimits = {
  blockSize: 4,
  blocks: 40,
  maxSequences: 8,
  maxBatchedTokens: 32,
  chunkedPrefill: true,
  watermark: 0.05,
  prefixCaching: true,
};
const words = new WordTree([[1], [2, 3], [2, 3, 4], [5, 6, 7, 8], [9]]);

interface Job {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** The step before which it comes. */
  readonly at: number;
  /** The step before which its caller leaves; null for never. */
  readonly leavesAt: number | null;
}

/** Jobs that look random, many of which begin alike. */
function workload(seed: number, count: number): Job[] {
  const hash = new TokenHash(BigInt(seed));
  const upTo = (limit: number): number => {
    hash.add(limit);
    return Math.floor(hash.fraction(0) * limit);
  };
  return Array.from({ length: count }, () => {
    const shared = upTo(3);
    const prompt = Array.from({ length: 1 + upTo(60) }, (_, index) => (index < 24 ? shared * 31 + index : upTo(9)));
    const at = upTo(count);
    return { prompt, maxTokens: 1 + upTo(40), at, leavesAt: upTo(4) === 0 ? at + upTo(30) : null };
  });
}

/** What a router knows from the events; it refuses those that do not fit. */
class Heard {
  readonly index = new KvIndex(LIMITS.blockSize);
  readonly hashes = new Set<bigint>();
  private count = 0n;

  stored(parent_hash: bigint | null, blocks: readonly { block_hash: bigint; tokens_hash: bigint }[]): void {
    for (const { block_hash } of blocks) {
      expect(this.hashes.has(block_hash)).toBe(false);
      this.hashes.add(block_hash);
    }
    const all = blocks.map((block) => ({ ...block, mm_extra_info: null }));
    this.apply({ stored: { parent_hash, start_position: null, blocks: all } });
  }

  removed(block_hashes: readonly bigint[]): void {
    for (const hash of block_hashes) expect(this.hashes.delete(hash)).toBe(true);
    this.apply({ removed: { block_hashes: [...block_hashes] } });
  }

  cleared(): void {
    this.hashes.clear();
    this.apply("cleared");
  }

  private apply(data: KvCacheEventData): void {
    this.count += 1n;
    expect(this.index.apply([{ worker_id: 1n, event: { event_id: this.count, data } }])).toEqual([]);
  }
}

/** Runs jobs to their end, and looks at every step whether all is right. Gives the tokens of each answer. */
function run(jobs: readonly Job[], limits: SchedulerLimits) {
  const heard = new Heard();
  const scheduler = new Scheduler(limits, heard);
  const answers = jobs.map(() => [] as number[]);
  const ends: string[] = jobs.map(() => "none");
  const sequences = jobs.map(({ prompt, maxTokens }, index) => {
    const names = new BlockNames(limits.blockSize, { loraName: null, cacheSalt: null });
    const given = {
      maxTokens,
      minTokens: 0,
      mayEnd: false,
      hiddenStops: new Set<number>(),
      visibleStops: new Set<number>(),
      received: null,
    };
    return new Sequence(index, prompt, names, given, new RandomText(words, 7n, prompt, 16), ({ token, end }) => {
      if (token !== null) answers[index]?.push(token);
      if (end !== null) ends[index] = end.kind;
    });
  });
  let longest = 0;
  for (let step = 0; step < 10_000; step++) {
    for (const [index, { at, leavesAt }] of jobs.entries()) {
      const sequence = sequences[index];
      if (sequence === undefined) continue;
      if (at === step) scheduler.add(sequence);
      if (leavesAt === step && sequence.state !== "over") {
        scheduler.cancel(sequence);
        ends[index] = "left";
      }
    }
    const steps = scheduler.plan();
    const planned = steps.reduce((sum, { tokens }) => sum + tokens, 0);
    longest = Math.max(longest, planned);
    // Whoever is there makes progress: nothing waits for nothing.
    expect(steps.length > 0).toBe(scheduler.running.length + scheduler.waiting.length > 0);
    expect(scheduler.running.length).toBeLessThanOrEqual(limits.maxSequences);
    if (limits.chunkedPrefill) expect(planned).toBeLessThanOrEqual(limits.maxBatchedTokens);
    scheduler.finish(steps);
    check(scheduler, heard);
    if (jobs.every(({ at }, index) => at <= step && sequences[index]?.state === "over")) {
      expect(scheduler.pool.used).toBe(0);
      return { answers, ends, preemptions: scheduler.preemptions, longest, sequences, scheduler };
    }
  }
  throw new Error(`Not all have ended: ${sequences.filter(({ state }) => state !== "over").length} are left.`);
}

/** Every block belongs to whom it says, and the router knows what is cached. */
function check({ pool, running, waiting, limits }: Scheduler, heard: Heard): void {
  const users = new Map<KvBlock, number>();
  for (const { blocks } of running) for (const block of blocks) users.set(block, (users.get(block) ?? 0) + 1);
  const fits = running.every(({ blocks, computed, sealed }) => {
    const full = Math.floor(computed / limits.blockSize);
    return blocks.length === Math.ceil(computed / limits.blockSize) && (!limits.prefixCaching || sealed === full);
  });
  expect({
    fits,
    referred: [...users].every(([block, count]) => block.references === count),
    waiting: waiting.reduce((sum, { blocks }) => sum + blocks.length, 0),
    used: pool.used,
    all: pool.used + pool.free,
    heard: heard.hashes.size,
    indexed: heard.index.blocks,
  }).toEqual({
    fits: true,
    referred: true,
    waiting: 0,
    used: users.size,
    all: pool.total,
    heard: pool.cached,
    indexed: pool.cached,
  });
}

/** A prompt of four full blocks and a token. */
function short(first: number, at: number): Job {
  const prompt = Array.from({ length: 17 }, (_, index) => first * 100 + index);
  return { prompt, maxTokens: 1, at, leavesAt: null };
}

describe("the scheduler", () => {
  test("blocks never leak, nothing waits for ever, and everybody gets what was asked for", () => {
    for (let seed = 0; seed < 8; seed++) {
      const jobs = workload(seed, 30);
      const { answers, ends } = run(jobs, { ...LIMITS, chunkedPrefill: seed % 3 !== 0, prefixCaching: seed % 4 !== 0 });
      for (const [index, { maxTokens }] of jobs.entries()) {
        if (ends[index] !== "left") expect([ends[index], answers[index]?.length]).toEqual(["length", maxTokens]);
      }
      expect(new Set(ends)).toEqual(new Set(["length", "left"]));
    }
  });

  test("tokens depend on neither the cache nor the batches nor preemption", () => {
    for (let seed = 0; seed < 3; seed++) {
      const jobs = workload(seed, 30).map((job) => ({ ...job, leavesAt: null }));
      const roomy = run(jobs, { ...LIMITS, blocks: 4000, prefixCaching: false });
      const cached = run(jobs, { ...LIMITS, blocks: 4000 });
      const tight = run(jobs, { ...LIMITS, blocks: 26 });
      const alone = run(jobs, { ...LIMITS, maxSequences: 1 });
      expect([roomy.preemptions, alone.preemptions]).toEqual([0, 0]);
      expect(tight.preemptions).toBeGreaterThan(0);
      expect(cached.sequences.some(({ cachedTokens }) => (cachedTokens ?? 0) > 0)).toBe(true);
      for (const other of [cached, tight, alone]) expect(other.answers).toEqual(roomy.answers);
    }
  });

  test("a prompt that does not fit into a step is read in several, and alone where that is not allowed", () => {
    const long: Job = { prompt: Array.from({ length: 100 }, (_, index) => index), maxTokens: 3, at: 0, leavesAt: null };
    expect(run([long, long], LIMITS).longest).toBe(32);
    expect(run([long, long], { ...LIMITS, chunkedPrefill: false, prefixCaching: false }).longest).toBe(100);
  });

  test("what was used last stays, and a prompt is found again from its beginning", () => {
    // Five blocks each, of which four are full: two prompts fit beside the one that runs.
    const { sequences, scheduler } = run([short(1, 0), short(2, 10), short(1, 20), short(3, 30), short(2, 40)], {
      ...LIMITS,
      blocks: 9,
      watermark: 0,
    });
    expect(sequences.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 0, 16, 0, 0]);
    expect(scheduler.pool.cached).toBe(8);
  });
});

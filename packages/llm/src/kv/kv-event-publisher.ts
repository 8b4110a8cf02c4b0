import { createLogger } from "@stator/runtime-native";

import type { KvCacheEventData, RouterEvent } from "../generated/index.ts";
import { CachedBlocks, type BlockRun } from "./cached-blocks.ts";
import type { KvEventSink, StoredBlock } from "./kv-event-sink.ts";
import { KV_EVENTS } from "./kv-topics.ts";
import { currentId, type PublishScope, type WorkerId } from "./publish-scope.ts";

/** How much is kept and sent. */
export interface KvEventPublisherOptions {
  /** Blocks whose events may wait while they cannot be sent; beyond it the oldest are dropped, and routers ask anew. Default 262,144. */
  readonly capacity?: number | undefined;
  /** Blocks that are remembered for routers that come later; beyond it all is said to be gone. Default 1,048,576. */
  readonly maxBlocks?: number | undefined;
  /**
   * How long after the last event an empty one follows, in milliseconds, so that a router that has missed the last ones sees the
   * gap; 0 for never. Default 1000.
   */
  readonly confirmMs?: number | undefined;
  /** Whether it publishes; without, it only answers `snapshot`. Default true. */
  readonly enabled?: boolean | undefined;
}

/** Most blocks of one event, and most events of one message. */
const MOST_BLOCKS = 1024;
const MOST_EVENTS = 64;
/** Pause after a failure, in milliseconds. */
const PAUSE_MS = 250;

interface Rank {
  readonly blocks: CachedBlocks;
  lastId: bigint;
  /** Whether an empty event has followed the last one. */
  isConfirmed: boolean;
}

/** What waits: the id is given when it is said, so that a gap shows what was dropped. */
interface Waiting {
  readonly eventId: bigint;
  readonly dpRank: number;
  readonly data: KvCacheEventData;
}

/**
 * Tells routers what an engine has in its cache: `new KvEventPublisher(runtime.endpoint("llm.engine.generate"), () => runtime.instanceId)`.
 *
 * Events are numbered from 1, for each rank by itself, and sent in their order; those of one turn of the event loop travel
 * together. What is known already is not said again. `snapshot` is for the worker's endpoint `cachedBlocks`.
 */
export class KvEventPublisher implements KvEventSink, AsyncDisposable {
  readonly #scope: PublishScope;
  readonly #workerId: WorkerId;
  readonly #capacity: number;
  readonly #maxBlocks: number;
  readonly #enabled: boolean;
  readonly #confirmMs: number;
  readonly #ranks = new Map<number, Rank>();
  readonly #closing = new AbortController();
  #waiting: Waiting[] = [];
  #waitingBlocks = 0;
  /** Whether the last event that waits may grow: nobody has been told its number. */
  #mayGrow = false;
  #sending: Promise<void> | null = null;
  #confirming: ReturnType<typeof setTimeout> | null = null;
  #refused = 0;
  #dropped = 0;

  constructor(scope: PublishScope, workerId: WorkerId, options: KvEventPublisherOptions = {}) {
    this.#scope = scope;
    this.#workerId = workerId;
    this.#capacity = Math.max(1, options.capacity ?? 1 << 18);
    this.#maxBlocks = Math.max(1, options.maxBlocks ?? 1 << 20);
    this.#enabled = options.enabled ?? true;
    this.#confirmMs = options.confirmMs ?? 1000;
  }

  /** Blocks that the cache has, by what was said. */
  get blocks(): number {
    return [...this.#ranks.values()].reduce((sum, { blocks }) => sum + blocks.size, 0);
  }

  /** How many times blocks were left out because the block before them was never stored. */
  get refused(): number {
    return this.#refused;
  }

  /** Events that had no room. */
  get dropped(): number {
    return this.#dropped;
  }

  stored(parentHash: bigint | null, blocks: readonly StoredBlock[], dpRank = 0): void {
    const rank = this.#rank(dpRank);
    const runs = rank.blocks.store(parentHash, blocks);
    if (runs === null) {
      this.#refused++;
      return;
    }
    for (const { parentHash: parent_hash, blocks: added } of runs) {
      for (let at = 0; at < added.length; at += MOST_BLOCKS) {
        const part = {
          parentHash: at === 0 ? parent_hash : (added[at - 1]?.block_hash ?? null),
          blocks: added.slice(at, at + MOST_BLOCKS),
        };
        if (!this.#joined(dpRank, part)) this.#say(dpRank, rank, { stored: storeData(part) });
      }
    }
    if (rank.blocks.size > this.#maxBlocks) this.cleared(dpRank);
  }

  removed(blockHashes: readonly bigint[], dpRank = 0): void {
    const rank = this.#rank(dpRank);
    const removed = rank.blocks.remove(blockHashes);
    for (let at = 0; at < removed.length; at += MOST_BLOCKS) {
      this.#say(dpRank, rank, { removed: { block_hashes: removed.slice(at, at + MOST_BLOCKS) } });
    }
  }

  cleared(dpRank = 0): void {
    const rank = this.#rank(dpRank);
    rank.blocks.clear();
    this.#say(dpRank, rank, "cleared");
  }

  /** The same for events that an engine gives as such. Their own numbers and worker do not count; blocks that are not on the device are left out. */
  relay(events: readonly RouterEvent[]): void {
    for (const { storage_tier, event } of events) {
      if (storage_tier !== "device") continue;
      const { data, dp_rank } = event;
      if (data === "cleared") this.cleared(dp_rank);
      else if ("stored" in data) this.stored(data.stored.parent_hash, data.stored.blocks, dp_rank);
      else this.removed(data.removed.block_hashes, dp_rank);
    }
  }

  /**
   * The whole cache as events, for routers that come later. Each rank begins with `cleared`; its events have the number of the last
   * change that is in them, so that a router leaves out what it hears again.
   */
  snapshot(): RouterEvent[] {
    this.#mayGrow = false;
    return [...this.#ranks].flatMap(([dpRank, { blocks, lastId: eventId }]) => {
      const stored = [...blocks.runs(MOST_BLOCKS)].map((run) => ({ stored: storeData(run) }));
      return ["cleared" as const, ...stored].map((data) => this.#event({ eventId, dpRank, data }));
    });
  }

  /** Resolves when everything that was said has been sent, or was given up. */
  async flush(): Promise<void> {
    while (this.#sending !== null) await this.#sending;
  }

  /** Sends what is left, without waiting for better times. Nothing is published after it. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#confirming !== null) clearTimeout(this.#confirming);
    await this.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #rank(dpRank: number): Rank {
    const known = this.#ranks.get(dpRank);
    if (known !== undefined) return known;
    const rank: Rank = { blocks: new CachedBlocks(), lastId: 0n, isConfirmed: true };
    this.#ranks.set(dpRank, rank);
    return rank;
  }

  /** Adds to the event before, where the blocks follow those of it. */
  #joined(dpRank: number, { parentHash, blocks }: BlockRun): boolean {
    const last = this.#mayGrow ? this.#waiting.at(-1) : undefined;
    if (last === undefined || last.dpRank !== dpRank || last.data === "cleared" || !("stored" in last.data))
      return false;
    const before = last.data.stored.blocks;
    if (parentHash === null || before.at(-1)?.block_hash !== parentHash) return false;
    if (before.length + blocks.length > MOST_BLOCKS) return false;
    before.push(...storeData({ parentHash, blocks }).blocks);
    this.#waitingBlocks += blocks.length;
    return true;
  }

  #say(dpRank: number, rank: Rank, data: KvCacheEventData): void {
    rank.lastId += 1n;
    rank.isConfirmed = false;
    if (!this.#enabled || (this.#closing.signal.aborted && this.#sending === null)) return;
    this.#waiting.push({ eventId: rank.lastId, dpRank, data });
    this.#waitingBlocks += blocksOf(data);
    this.#mayGrow = true;
    this.#bound();
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  /** Drops what has no room, the oldest first: what is sent next shows the gap. */
  #bound(): void {
    while (this.#waitingBlocks > this.#capacity && this.#waiting.length > 1) {
      const oldest = this.#waiting.shift();
      if (oldest !== undefined) this.#waitingBlocks -= blocksOf(oldest.data);
      this.#dropped++;
    }
  }

  async #send(): Promise<void> {
    // What else happens in this turn joins.
    await new Promise(setImmediate);
    let warned = false;
    while (this.#waiting.length > 0) {
      const part = this.#waiting.splice(0, MOST_EVENTS);
      const blocks = part.reduce((sum, { data }) => sum + blocksOf(data), 0);
      this.#waitingBlocks -= blocks;
      try {
        await this.#scope.publish(
          KV_EVENTS,
          part.map((each) => this.#event(each)),
        );
      } catch (error) {
        this.#waiting.unshift(...part);
        this.#waitingBlocks += blocks;
        this.#bound();
        if (this.#closing.signal.aborted) {
          this.#dropped += this.#waiting.length;
          this.#waiting = [];
          this.#waitingBlocks = 0;
          return;
        }
        if (!warned)
          createLogger(() => ({ reason: String(error) })).warn(
            "events of the cache cannot be published; it is tried again",
          );
        warned = true;
        await pause(this.#closing.signal);
      }
    }
    this.#confirmLater();
  }

  /** Lets empty events follow when nothing more happens for a while. */
  #confirmLater(): void {
    if (this.#confirming !== null) clearTimeout(this.#confirming);
    const unconfirmed = [...this.#ranks].filter(([, { isConfirmed }]) => !isConfirmed);
    if (this.#confirmMs === 0 || unconfirmed.length === 0 || this.#closing.signal.aborted) return;
    this.#confirming = setTimeout(() => {
      for (const [dpRank, rank] of unconfirmed) {
        this.#say(dpRank, rank, { removed: { block_hashes: [] } });
        rank.isConfirmed = true;
      }
    }, this.#confirmMs);
    this.#confirming.unref();
  }

  #event({ eventId, dpRank, data }: Waiting): RouterEvent {
    return {
      worker_id: currentId(this.#workerId),
      storage_tier: "device",
      residency_domain: "worker",
      event: { event_id: eventId, data, dp_rank: dpRank },
    };
  }
}

/** What an event takes up; each takes something. */
function blocksOf(data: KvCacheEventData): number {
  if (data === "cleared") return 1;
  return "stored" in data ? data.stored.blocks.length : Math.max(1, data.removed.block_hashes.length);
}

function storeData({ parentHash, blocks }: BlockRun) {
  const named = blocks.map(({ block_hash, tokens_hash }) => ({ block_hash, tokens_hash, mm_extra_info: null }));
  return { parent_hash: parentHash, start_position: null, blocks: named };
}

/** Ends early when the signal fires. */
function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PAUSE_MS);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

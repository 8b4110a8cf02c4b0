import type { DistributedRuntime, Endpoint } from "@stator/runtime-native";
import { configuration, service } from "@stator/sdk";

import {
  KvIndex,
  RouterContract,
  type RoutingDecision,
  type RoutingReason,
  type RoutingRequest,
  type WorkerOverlap,
  type WorkerScore,
} from "../generated/index.ts";
import { KV_EVENTS } from "../kv/kv-topics.ts";
import { readRouterEvents } from "../kv/read-router-events.ts";
import { EventFollower } from "./event-follower.ts";
import { pickWorker } from "./pick-worker.ts";
import { PredictedBlocks } from "./predicted-blocks.ts";
import { PromptBlocks } from "./prompt-blocks.ts";
import { KvRouterSettings } from "./router-settings.ts";
import { SessionAffinity } from "./session-affinity.ts";
import { WorkerRouter } from "./worker-router.ts";

/** The endpoint of engines that tells what they have in their caches, beside `generate`. */
const CACHED_BLOCKS = "cachedBlocks";

/**
 * Sends a prompt where the most of it is cached, unless that engine has too much to do: the smallest
 * `overlapWeight * (waiting prefill + what has to be computed) + blocks of running requests` wins, all in blocks.
 */
@service({ contract: RouterContract })
export class KvRouter extends WorkerRouter {
  private readonly kv = configuration(KvRouterSettings);
  readonly #affinity = new SessionAffinity(this.kv.sessionTtlMs, this.kv.maxSessions);
  #index: KvIndex | null = null;
  #predicted: PredictedBlocks | null = null;
  #follower: EventFollower | null = null;
  #misfits = 0;

  protected override async begin(runtime: DistributedRuntime, engines: Endpoint): Promise<void> {
    const index = new KvIndex(this.settings.blockSize);
    const predicted = new PredictedBlocks(index, this.kv.predictedTtlMs, this.kv.maxPredictedBlocks);
    this.#index = index;
    this.#predicted = predicted;
    if (!this.kv.useEvents) return;
    const path = `${engines.namespace}.${engines.component}.${CACHED_BLOCKS}`;
    const snapshots = await runtime.endpoint(path).client<null, unknown>({ idempotent: true });
    this.atEnd(() => snapshots.close());
    const onSpeaks = (workerId: bigint): void => {
      predicted.forget(workerId);
      index.removeWorker(workerId);
    };
    const follower = new EventFollower({ index, snapshots, log: this.log, onSpeaks });
    this.#follower = follower;
    this.atEnd(() => follower.close());
    const events = engines.subscribe<unknown>(KV_EVENTS);
    this.follow(events, (payload) => this.#take(payload));
    await events.ready;
  }

  protected override joined(workerId: bigint): void {
    this.#follower?.add(workerId);
  }

  protected override left(workerId: bigint): void {
    this.#affinity.removeWorker(workerId);
    this.#predicted?.forget(workerId);
    this.#follower?.remove(workerId);
    this.#index?.removeWorker(workerId);
  }

  protected override sweep(now: number): void {
    super.sweep(now);
    this.#affinity.expire(now);
    this.#predicted?.expire(now);
  }

  protected override decide(request: RoutingRequest, workers: readonly bigint[], now: number): RoutingDecision {
    const { lora_name: loraName, cache_salt: cacheSalt, session_id } = request;
    const prompt = new PromptBlocks(request.token_ids, this.settings.blockSize, { loraName, cacheSalt });
    const overlaps = largest(this.#index?.findMatchesOfBlocks(prompt.local) ?? []);
    const scores = workers.map((workerId) => this.#score(workerId, prompt, overlaps.get(workerId) ?? 0));
    const free = scores.filter(({ overloaded }) => !overloaded);
    const stay = session_id === null ? null : this.#affinity.find(session_id, now);
    const staying = free.find(({ worker_id }) => worker_id === stay);
    const best = staying ?? free[pickWorker(free, this.kv.temperature, Math.random)];
    if (best === undefined) throw new Error("decide() needs a worker that is not overloaded");
    const anyOverlap = free.some(({ overlap_blocks }) => overlap_blocks > 0);
    this.#sent(request, prompt, best, now);
    return {
      best_worker_id: best.worker_id,
      overlap_blocks: best.overlap_blocks,
      total_blocks: prompt.count,
      reason: reasonOf(staying !== undefined, anyOverlap),
      candidates: [best, ...scores.filter((each) => each !== best).toSorted(byCost)],
    };
  }

  protected override cachedBlocks(): ReadonlyMap<bigint, number> {
    const sizes = new Map<bigint, number>();
    for (const { worker_id, event } of this.#index?.dump() ?? []) {
      if (event.data === "cleared" || !("stored" in event.data)) continue;
      sizes.set(worker_id, (sizes.get(worker_id) ?? 0) + event.data.stored.blocks.length);
    }
    return sizes;
  }

  protected override eventsApplied(workerId: bigint): number {
    return this.#follower?.applied(workerId) ?? 0;
  }

  protected override eventErrors(): number {
    return this.#misfits + (this.#follower?.errors ?? 0) + (this.#predicted?.errors ?? 0);
  }

  protected override sessions(): number {
    return this.#affinity.size;
  }

  /** How a worker would fare with a prompt of which it has so many blocks. */
  #score(worker_id: bigint, prompt: PromptBlocks, overlap_blocks: number): WorkerScore {
    const { blockSize } = this.settings;
    const { prefillTokens, decodeBlocks } = this.active.load(worker_id);
    const toCompute = Math.max(0, prompt.tokens - overlap_blocks * blockSize);
    const prefill_blocks = (prefillTokens + toCompute) / blockSize;
    const decode_blocks = decodeBlocks + prompt.count - this.active.shared(worker_id, prompt.sequence);
    const cost = this.kv.overlapWeight * prefill_blocks + decode_blocks;
    const overloaded = this.isBusy(worker_id);
    return { worker_id, overlap_blocks, prefill_blocks, decode_blocks, cost, overloaded };
  }

  /** Takes note of where a request goes. A question changes nothing. */
  #sent(request: RoutingRequest, prompt: PromptBlocks, best: WorkerScore, now: number): void {
    if (request.request_id === null) return;
    const { blockSize } = this.settings;
    const { worker_id: workerId, overlap_blocks } = best;
    const prefillTokens = Math.max(0, prompt.tokens - overlap_blocks * blockSize);
    const allBlocks = Math.ceil((prompt.tokens + (request.expected_output_tokens ?? 0)) / blockSize);
    this.count(request, { workerId, prefillTokens, blocks: prompt.sequence, ownBlocks: allBlocks - prompt.count }, now);
    if (request.session_id !== null) this.#affinity.keep(request.session_id, workerId, now);
    if (this.#follower === null || !this.#follower.speaks(workerId)) this.#predicted?.add(workerId, prompt, now);
  }

  #take(payload: unknown): void {
    const events = readRouterEvents(payload);
    if (events === null) this.#misfits++;
    else this.#follower?.take(events);
  }
}

/** Of several ranks of a worker the one that has the most. */
function largest(overlaps: readonly WorkerOverlap[]): Map<bigint, number> {
  const blocks = new Map<bigint, number>();
  for (const each of overlaps) {
    blocks.set(each.worker_id, Math.max(each.blocks, blocks.get(each.worker_id) ?? 0));
  }
  return blocks;
}

function reasonOf(stays: boolean, anyOverlap: boolean): RoutingReason {
  if (stays) return "session_affinity";
  return anyOverlap ? "kv_overlap" : "least_loaded";
}

/** Those that can take no more last, then the cheapest first. */
function byCost(a: WorkerScore, b: WorkerScore): number {
  return Number(a.overloaded) - Number(b.overloaded) || a.cost - b.cost;
}

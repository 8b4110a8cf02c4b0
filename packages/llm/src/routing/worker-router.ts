import {
  type Client,
  createLogger,
  type DistributedRuntime,
  type Endpoint,
  type Logger,
  StatorError,
  type Subscription,
} from "@stator/runtime-native";
import { clock, configuration, type Context, endpoint, onShutdown, onStart, runtimeOf } from "@stator/sdk";

import {
  ActiveLoad,
  type RoutingDecision,
  type RoutingProgress,
  type RoutingProgressAnswer,
  type RoutingReason,
  type RoutingRequest,
  type RoutingState,
  type RoutingStateRequest,
  type WorkerScore,
  type WorkerState,
} from "../generated/index.ts";
import { KV_METRICS } from "../kv/kv-topics.ts";
import { ActiveSequences, type ActiveSequence } from "./active-sequences.ts";
import { Router } from "./router.ts";
import { RouterSettings } from "./router-settings.ts";
import { ServedModels } from "./served-models.ts";
import { WorkerLoads } from "./worker-loads.ts";

/** How often what is too old is forgotten, in milliseconds. */
const SWEEP_MS = 1000;

/** What all routers do: they follow the engines and their load, and count the requests that they have chosen for. */
export abstract class WorkerRouter extends Router {
  protected readonly settings = configuration(RouterSettings);
  protected readonly active = new ActiveSequences(this.settings.activeTtlMs);
  protected readonly loads = new WorkerLoads((workerId) => this.#members.has(workerId), this.settings.workerBlocks);
  readonly #members = new Set<bigint>();
  readonly #warned = new Set<string>();
  #client: Client<unknown, unknown> | null = null;
  #models: ServedModels | null = null;
  #log: Logger = createLogger(() => ({ router: this.constructor.name }));
  readonly #open: (() => unknown)[] = [];

  /** Follows the engines from now on. */
  @onStart
  async followWorkers(): Promise<void> {
    const runtime = runtimeOf(this);
    const engines = runtime.endpoint(this.settings.endpoint);
    this.follow<ActiveLoad>(engines.subscribe(KV_METRICS, { schema: ActiveLoad }), (load) => this.loads.take(load));
    const models = await ServedModels.open(runtime, this.settings.endpoint);
    this.#models = models;
    this.atEnd(() => models[Symbol.asyncDispose]());
    models.onChange(() => this.#readCards(models));
    this.#readCards(models);
    await this.begin(runtime, engines);
    const client = await engines.client<unknown, unknown>();
    this.#client = client;
    const listening = client.onInstances(() => this.#look());
    const sweep = setInterval(() => this.sweep(clock.now()), SWEEP_MS);
    this.atEnd(() => clearInterval(sweep));
    this.atEnd(() => listening[Symbol.dispose]());
    this.atEnd(() => client.close());
    this.#look();
  }

  /** Lets go of everything. */
  @onShutdown
  async unfollowWorkers(): Promise<void> {
    for (const end of this.#open.toReversed()) await end();
    this.#open.length = 0;
    this.#client = null;
  }

  @endpoint()
  async bestWorker(request: RoutingRequest, _context: Context): Promise<RoutingDecision> {
    const excluded = new Set(request.excluded_worker_ids);
    const serving = this.#models?.workers(request.model) ?? this.#members;
    const known = [...this.#members].filter((workerId) => serving.has(workerId));
    const workers = known.filter((workerId) => !excluded.has(workerId));
    if (workers.length === 0) throw nobody(this.settings.endpoint, known.length);
    const free = workers.filter((workerId) => !this.isBusy(workerId));
    if (free.length === 0) {
      throw new StatorError("overloaded", `All ${workers.length} workers of ${this.settings.endpoint} are overloaded.`);
    }
    return this.decide(request, workers, clock.now());
  }

  @endpoint()
  async progress(progress: RoutingProgress, _context: Context): Promise<RoutingProgressAnswer> {
    const { request_id, prefill_completed, finished } = progress;
    const known = prefill_completed ? this.active.prefillCompleted(request_id) : null;
    return { known: finished ? this.active.free(request_id) : (known ?? this.active.has(request_id)) };
  }

  @endpoint()
  async state({ worker_id }: RoutingStateRequest, _context: Context): Promise<RoutingState> {
    const cached = this.cachedBlocks();
    const workers = [...this.#members].filter((workerId) => worker_id === null || workerId === worker_id);
    return {
      block_size: this.settings.blockSize,
      workers: workers.toSorted((a, b) => (a < b ? -1 : 1)).map((workerId) => this.#stateOf(workerId, cached)),
      sessions: this.sessions(),
      event_errors: this.eventErrors(),
    };
  }

  /** Chooses one of the workers, of which at least one is not overloaded, and counts the request. */
  protected abstract decide(request: RoutingRequest, workers: readonly bigint[], now: number): RoutingDecision;

  /** Opens what the router needs before it knows any worker. */
  protected begin(_runtime: DistributedRuntime, _engines: Endpoint): Promise<void> {
    return Promise.resolve();
  }

  /** A worker has appeared. */
  protected joined(_workerId: bigint): void {}

  /** A worker is gone. */
  protected left(_workerId: bigint): void {}

  /** Forgets what is too old. */
  protected sweep(now: number): void {
    const expired = this.active.expire(now);
    if (expired > 0) this.log.warn("requests that nobody has said to be over are forgotten", { expired });
  }

  /** Blocks in the cache of each worker, as far as the router knows. */
  protected cachedBlocks(): ReadonlyMap<bigint, number> {
    return new Map();
  }

  protected eventsApplied(_workerId: bigint): number {
    return 0;
  }

  protected eventErrors(): number {
    return 0;
  }

  protected sessions(): number {
    return 0;
  }

  protected get log(): Logger {
    return this.#log;
  }

  protected isMember(workerId: bigint): boolean {
    return this.#members.has(workerId);
  }

  protected isBusy(workerId: bigint): boolean {
    return this.loads.isBusy(workerId, this.settings.busyThreshold);
  }

  /** Runs when the router stops, the last one first. */
  protected atEnd(end: () => unknown): void {
    this.#open.push(end);
  }

  /** Gives each payload to `take`, until the router stops. */
  protected follow<T>(subscription: Subscription<T>, take: (payload: T) => void): void {
    const reading = (async () => {
      for await (const { payload } of subscription) take(payload);
    })().catch((error: unknown) => {
      this.log.error("events are not followed any more", { topic: subscription.topic, reason: String(error) });
    });
    this.atEnd(async () => {
      subscription.close();
      await reading;
    });
  }

  /** Counts a request that was sent to a worker, if it has a name. */
  protected count(request: RoutingRequest, sequence: ActiveSequence, now: number): void {
    if (request.request_id !== null) this.active.add(request.request_id, sequence, now);
  }

  /** A decision for a router that does not look into caches. */
  protected decided(
    request: RoutingRequest,
    workers: readonly bigint[],
    chosen: bigint,
    reason: RoutingReason,
    now: number,
  ): RoutingDecision {
    const { blockSize } = this.settings;
    const tokens = request.token_ids.length;
    const ownBlocks = Math.ceil((tokens + (request.expected_output_tokens ?? 0)) / blockSize);
    const candidates = workers
      .map((workerId) => this.#scoreOf(workerId))
      .toSorted((a, b) => Number(b.worker_id === chosen) - Number(a.worker_id === chosen));
    this.count(request, { workerId: chosen, prefillTokens: tokens, blocks: [], ownBlocks }, now);
    return {
      best_worker_id: chosen,
      overlap_blocks: 0,
      total_blocks: Math.floor(tokens / blockSize),
      reason,
      candidates,
    };
  }

  #scoreOf(worker_id: bigint): WorkerScore {
    const { prefillTokens, decodeBlocks } = this.active.load(worker_id);
    const prefill_blocks = prefillTokens / this.settings.blockSize;
    const overloaded = this.isBusy(worker_id);
    return { worker_id, overlap_blocks: 0, prefill_blocks, decode_blocks: decodeBlocks, cost: 0, overloaded };
  }

  #stateOf(workerId: bigint, cached: ReadonlyMap<bigint, number>): WorkerState {
    const { requests, prefillTokens, decodeBlocks } = this.active.load(workerId);
    const { used, total } = this.loads.blocks(workerId);
    return {
      worker_id: workerId,
      cached_blocks: cached.get(workerId) ?? 0,
      active_requests: requests,
      active_prefill_tokens: prefillTokens,
      active_decode_blocks: decodeBlocks,
      kv_used_blocks: used,
      kv_total_blocks: total,
      events_applied: this.eventsApplied(workerId),
    };
  }

  #readCards(models: ServedModels): void {
    this.loads.setTotals(models.totalBlocks());
    for (const { model, blockSize } of models.otherBlocks(this.settings.blockSize)) {
      if (this.#warned.has(model)) continue;
      this.#warned.add(model);
      const own = this.settings.blockSize;
      this.log.warn("the blocks of a model have another size than blockSize: its caches are not seen", {
        model,
        blockSize,
        own,
      });
    }
  }

  /** Compares the workers with those of discovery. */
  #look(): void {
    const now = new Set(this.#client?.instanceIds());
    for (const workerId of this.#members) {
      if (now.has(workerId)) continue;
      this.#members.delete(workerId);
      this.active.removeWorker(workerId);
      this.loads.remove(workerId);
      this.left(workerId);
    }
    for (const workerId of now) {
      if (this.#members.has(workerId)) continue;
      this.#members.add(workerId);
      this.joined(workerId);
    }
  }
}

function nobody(path: string, excluded: number): StatorError {
  const why = excluded === 0 ? "There is no worker" : `All ${excluded} workers were excluded`;
  return new StatorError("no_instances", `${why} of ${path}.`);
}

import type { DistributedRuntime } from "@stator/runtime-native";
import { clock } from "@stator/sdk";

import { type RouterEvent } from "../generated/index.ts";
import { KvEventPublisher } from "../kv/kv-event-publisher.ts";
import { LoadPublisher } from "../kv/load-publisher.ts";
import { MOCK_MODEL_FOLDER } from "../models/mock-model.ts";
import { modelCardOf } from "../models/model-card-of.ts";
import { loadModelFiles } from "../models/model-files.ts";
import { registerModel } from "../models/register-model.ts";
import { EngineMetrics } from "./engine-metrics.ts";
import { type MockEngineSettings } from "./mock-engine-settings.ts";
import { mockWords } from "./mock-words.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

/** What a worker tells others of itself. */
export interface MockWorkerOptions {
  /** `namespace.component.endpoint` that its events belong to. */
  readonly endpoint: string;
  /** Whether front ends find its model. */
  readonly registers: boolean;
}

/** A simulated engine as a member of a cluster: it publishes what it caches and what it has to do, and registers its model. */
export class MockWorker implements AsyncDisposable {
  readonly engine: SimulatedEngine;
  private readonly events: KvEventPublisher;
  private readonly loads: LoadPublisher;
  private readonly metrics: EngineMetrics;
  private readonly running: Promise<void>;
  private registration: AsyncDisposable | null = null;
  private shownAt = 0;

  /** @throws StatorError `invalid_argument` for a folder that is no model's, `discovery`. */
  static async start(
    runtime: DistributedRuntime,
    settings: MockEngineSettings,
    options: MockWorkerOptions,
  ): Promise<MockWorker> {
    const folder = settings.folder === "" ? MOCK_MODEL_FOLDER : settings.folder;
    const files = await loadModelFiles(folder);
    const words = await mockWords(files.tokenizer);
    const contextLength = Math.min(settings.contextLength, files.contextLength ?? settings.contextLength);
    const worker = new MockWorker(runtime, { ...settings, folder, contextLength }, options, words);
    if (options.registers) await worker.register();
    return worker;
  }

  private constructor(
    private readonly runtime: DistributedRuntime,
    private readonly settings: MockEngineSettings,
    private readonly options: MockWorkerOptions,
    words: Awaited<ReturnType<typeof mockWords>>,
  ) {
    const scope = runtime.endpoint(options.endpoint);
    const workerId = (): bigint => runtime.instanceId;
    this.events = new KvEventPublisher(scope, workerId, { enabled: settings.prefixCaching });
    this.loads = new LoadPublisher(scope, workerId);
    this.metrics = new EngineMetrics(runtime.metrics, { endpoint: options.endpoint });
    this.engine = new SimulatedEngine(settings, words, this.events, () => this.show());
    this.running = this.engine.run();
  }

  /** What is cached, as events for a router that has come later. */
  cachedBlocks(): RouterEvent[] {
    return this.events.snapshot();
  }

  /** Ends the engine, and withdraws the model. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.registration?.[Symbol.asyncDispose]();
    this.engine.stop();
    await this.running;
    await Promise.all([this.events.close(), this.loads.close()]);
  }

  private async register(): Promise<void> {
    const { model, folder, blockSize, blocks, maxSequences, maxBatchedTokens, migrationLimit } = this.settings;
    const card = await modelCardOf({
      name: model,
      folder,
      context_length: this.engine.maxLength,
      kv_cache_block_size: blockSize,
      migration_limit: migrationLimit,
      runtime_config: {
        total_kv_blocks: blocks,
        max_num_seqs: maxSequences,
        max_num_batched_tokens: maxBatchedTokens,
      },
    });
    this.registration = await registerModel(this.runtime, this.options.endpoint, card);
  }

  /** Not at each step: many are shorter than what telling of them takes. */
  private show(): void {
    const { state } = this.engine;
    const isIdle = state.running === 0 && state.waiting === 0;
    const now = clock.now();
    if (!isIdle && now - this.shownAt < this.settings.loadEveryMs) return;
    this.shownAt = now;
    this.metrics.show(state);
    this.loads.publish({
      active_decode_blocks: state.decodeBlocks,
      active_prefill_tokens: state.prefillTokens,
      kv_used_blocks: state.usedBlocks,
    });
  }
}

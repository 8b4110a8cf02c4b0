import { type Context, endpoint, onShutdown, onStart, runtimeOf, service } from "@stator/sdk";

import { Engine } from "../../engine/engine.ts";
import { engineStep } from "../../engine/engine-step.ts";
import {
  blockHashes,
  EngineContract,
  type LLMEngineOutput,
  type PreprocessedRequest,
  RouterEvent,
  sequenceHashes,
} from "../../generated/index.ts";
import { KvEventPublisher } from "../../kv/kv-event-publisher.ts";
import type { StoredBlock } from "../../kv/kv-event-sink.ts";
import { LoadPublisher } from "../../kv/load-publisher.ts";
import { MOCK_MODEL_FOLDER } from "../../models/mock-model.ts";
import { modelCardOf } from "../../models/model-card-of.ts";
import { registerModel } from "../../models/register-model.ts";

/** Tokens of a block in the tests. */
export const BLOCK = 4;

/** The full blocks of a prompt. */
export function blocksOf(tokens: readonly number[]): StoredBlock[] {
  const local = blockHashes([...tokens], BLOCK);
  const sequence = sequenceHashes(local);
  return local.map((tokens_hash, at) => ({ tokens_hash, block_hash: sequence[at] ?? 0n }));
}

/** An engine whose cache the test fills: it says what it has as real ones do. */
@service({ contract: EngineContract })
export class CachedEngine extends Engine {
  /** Those that are served, by their instances. */
  static readonly served = new Map<bigint, CachedEngine>();
  events!: KvEventPublisher;
  load!: LoadPublisher;
  /** Whether what it publishes gets lost on the way. */
  loses = false;
  /** How often it was asked for all. */
  asked = 0;

  @onStart
  begin(): void {
    const runtime = runtimeOf(this);
    const own = runtime.endpoint("llm.engine.generate");
    const lossy = {
      publish: (topic: string, value: unknown) => (this.loses ? Promise.resolve() : own.publish(topic, value)),
    };
    this.events = new KvEventPublisher(lossy, () => runtime.instanceId, { confirmMs: 100 });
    this.load = new LoadPublisher(own, () => runtime.instanceId);
    CachedEngine.served.set(runtime.instanceId, this);
  }

  @onShutdown
  async end(): Promise<void> {
    CachedEngine.served.delete(runtimeOf(this).instanceId);
    await this.events.close();
    await this.load.close();
  }

  /** Puts prompts into the cache; resolves when routers have been told. */
  async cache(...prompts: readonly (readonly number[])[]): Promise<void> {
    for (const prompt of prompts) this.events.stored(null, blocksOf(prompt));
    await this.events.flush();
  }

  /** Says that it serves a model, and how many blocks it has. */
  async serveModel(name: string, total_kv_blocks: number): Promise<void> {
    const runtime_config = { total_kv_blocks };
    const card = await modelCardOf({ name, folder: MOCK_MODEL_FOLDER, kv_cache_block_size: BLOCK, runtime_config });
    await registerModel(runtimeOf(this), "llm.engine.generate", card);
  }

  @endpoint({ output: RouterEvent, idempotent: true })
  async *cachedBlocks(_request: null): AsyncGenerator<RouterEvent> {
    this.asked++;
    yield* this.events.snapshot();
  }

  @endpoint()
  async *generate(request: PreprocessedRequest, _context: Context): AsyncGenerator<LLMEngineOutput> {
    yield engineStep({ token_ids: request.token_ids.slice(0, 1), finish_reason: "stop" });
  }
}

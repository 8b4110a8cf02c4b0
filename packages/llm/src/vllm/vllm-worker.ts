import { createLogger } from "@stator/runtime-native";
import {
  configuration,
  type Context,
  endpoint,
  liveness,
  onShutdown,
  onStart,
  readiness,
  runtimeOf,
  service,
  StatorError,
} from "@stator/sdk";

import { Engine } from "../engine/engine.ts";
import { ENGINE_ENDPOINT } from "../engine/engine-endpoint.ts";
import {
  EngineContract,
  KvEventDecoder,
  type LLMEngineOutput,
  type PreprocessedRequest,
  type RouterEvent,
} from "../generated/index.ts";
import { KvEventPublisher } from "../kv/kv-event-publisher.ts";
import { LoadPublisher } from "../kv/load-publisher.ts";
import { modelCardOf } from "../models/model-card-of.ts";
import { registerModel } from "../models/register-model.ts";
import { KeptEngine } from "./kept-engine.ts";
import { KvEventFeed } from "./kv-event-feed.ts";
import { OpenAnswers } from "./open-answers.ts";
import { OpenAiEngine } from "./openai-engine.ts";
import type { EnginePlaces } from "./serve-arguments.ts";
import { VllmSettings } from "./vllm-settings.ts";
import { waitForEngine } from "./wait-for-engine.ts";

/** The endpoint that requests come to. */
/** How long a question to the engine may take, in milliseconds. */
const ASK_MS = 2000;
/** The same for the names of its models, without which the worker does not start. */
const MODELS_MS = 30_000;

/**
 * A worker in front of vLLM, or of any engine that speaks OpenAI's API: it starts `vllm serve`, or attaches to an engine by `url`.
 *
 * What vLLM says of its cache goes on to routers, with blocks that are hashed anew from their tokens.
 */
@service({ contract: EngineContract })
export class VllmWorker extends Engine {
  /** What it was told. */
  config: VllmSettings = configuration(VllmSettings);

  #engine: OpenAiEngine | null = null;
  #kept: KeptEngine | null = null;
  #publisher: KvEventPublisher | null = null;
  #loads: LoadPublisher | null = null;
  #answers: OpenAnswers | null = null;
  #feed: KvEventFeed | null = null;
  #card: AsyncDisposable | null = null;
  #model = "";

  /** The name that the engine is asked for. */
  get model(): string {
    return this.#model;
  }

  /** Where the engine is; null while there is none. */
  get engineUrl(): string | null {
    return this.#engine?.url ?? null;
  }

  /** The process of an engine that this worker has started; null while there is none. */
  get enginePid(): number | null {
    return this.#kept?.pid ?? null;
  }

  /** Batches of events that were read, and those that were lost for good. */
  get kvEvents(): { readonly received: bigint; readonly missed: bigint } {
    return { received: this.#feed?.received ?? 0n, missed: this.#feed?.missed ?? 0n };
  }

  /** Starts the engine or attaches to it, and listens to what it says of its cache. */
  @onStart
  async startEngine(): Promise<void> {
    const { config } = this;
    const runtime = runtimeOf(this);
    const [scope, workerId] = [runtime.endpoint(ENGINE_ENDPOINT), (): bigint => runtime.instanceId];
    this.#publisher = new KvEventPublisher(scope, workerId);
    const loads = new LoadPublisher(scope, workerId);
    this.#loads = loads;
    this.#answers = new OpenAnswers(config.blockSize, (load) => loads.publish(load));
    if (config.url === "") await this.#serve();
    else await this.#attach();
    await this.#register();
  }

  /** Streams the tokens of one answer. */
  @endpoint()
  async *generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput> {
    const engine = this.#engine;
    if (engine === null) {
      const why = this.#kept?.hasGivenUp === true ? "has ended too often" : "is being started again";
      throw new StatorError("unavailable", `The engine ${why}.`);
    }
    const answer = this.#answers?.begin(request.token_ids.length);
    try {
      for await (const output of engine.generate(request, context.signal)) {
        // Engines that decode by themselves say a text where others say tokens: about one each.
        answer?.made(output.token_ids.length || (output.text === null ? 0 : 1));
        yield output;
      }
    } finally {
      answer?.end();
    }
  }

  /** What the engine has in its cache, as events: for routers that come later. */
  @endpoint({ idempotent: true })
  async cachedBlocks(_request: null): Promise<RouterEvent[]> {
    return this.#publisher?.snapshot() ?? [];
  }

  /** Whether the engine says that it takes requests. */
  @readiness({ timeoutMs: ASK_MS + 500 })
  async isEngineReady(): Promise<boolean> {
    return (await this.#engine?.isHealthy(ASK_MS)) ?? false;
  }

  /** Whether an engine that ended is still being started again. */
  @liveness
  isEngineKept(): boolean {
    return this.#kept?.hasGivenUp !== true;
  }

  /** Ends an engine that this worker has started, and withdraws its model. */
  @onShutdown
  async stopEngine(): Promise<void> {
    this.#engine = null;
    await this.#card?.[Symbol.asyncDispose]();
    await this.#feed?.[Symbol.asyncDispose]();
    await this.#kept?.stop();
    await Promise.all([this.#publisher?.close(), this.#loads?.close()]);
  }

  async #serve(): Promise<void> {
    const { serve, modelFolder, model } = this.config;
    if (serve.model === "" && modelFolder === "" && model === "") {
      throw new StatorError(
        "invalid_argument",
        "VllmWorker needs url, or serve.model, modelFolder or model to start an engine with.",
      );
    }
    this.#kept = new KeptEngine(this.config, {
      isHealthy: (port) => this.#at(localUrl(port)).isHealthy(ASK_MS),
      up: (places) => this.#up(places),
      down: () => {
        this.#engine = null;
        void this.#feed?.[Symbol.asyncDispose]();
        this.#publisher?.cleared();
      },
    });
    await this.#kept.start();
    this.#model = await this.#nameOf(this.#engine);
    this.#engine = this.#engine === null ? null : this.#at(this.#engine.url);
  }

  #up(places: EnginePlaces): void {
    this.#engine = this.#at(localUrl(places.port));
    this.#listen(places.events, places.replay);
  }

  async #attach(): Promise<void> {
    const { url, kvEvents, startTimeoutMs } = this.config;
    const engine = this.#at(url);
    await waitForEngine(engine, startTimeoutMs);
    this.#model = await this.#nameOf(engine);
    this.#engine = this.#at(url);
    if (kvEvents.enabled) this.#listen(kvEvents.endpoint, kvEvents.replayEndpoint);
  }

  #at(url: string): OpenAiEngine {
    return new OpenAiEngine({ ...this.config, url, model: this.#model });
  }

  async #nameOf(engine: OpenAiEngine | null): Promise<string> {
    if (this.config.model !== "") return this.config.model;
    const [first] = (await engine?.models(MODELS_MS)) ?? [];
    if (first === undefined)
      throw new StatorError("unavailable", "The engine names no model; say in model what it is to be asked for.");
    return first;
  }

  #listen(endpointOfEngine: string, replayEndpoint: string): void {
    if (endpointOfEngine === "") return;
    const publisher = this.#publisher;
    // The publisher gives events numbers and names of its own.
    const decoder = new KvEventDecoder(0, this.config.blockSize);
    const log = createLogger(() => ({ engine: endpointOfEngine }));
    this.#feed = new KvEventFeed(
      { endpoint: endpointOfEngine, replayEndpoint, topic: this.config.kvEvents.topic },
      {
        batch: (payload) => {
          try {
            publisher?.relay(decoder.decode(payload));
          } catch (error) {
            log.warn("a batch of the engine's events was skipped", { reason: String(error) });
          }
        },
        restarted: () => publisher?.cleared(),
      },
    );
  }

  async #register(): Promise<void> {
    const { modelFolder, blockSize } = this.config;
    if (modelFolder === "") return;
    const card = await modelCardOf({ name: this.#model, folder: modelFolder, kv_cache_block_size: blockSize });
    this.#card = await registerModel(runtimeOf(this), ENGINE_ENDPOINT, card);
  }
}

function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}

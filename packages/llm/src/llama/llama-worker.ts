import { basename } from "node:path";

import {
  configuration,
  type Context,
  endpoint,
  onShutdown,
  onStart,
  readiness,
  runtimeOf,
  service,
  StatorError,
} from "@stator/sdk";

import { Engine } from "../engine/engine.ts";
import { engineStep } from "../engine/engine-step.ts";
import { ENGINE_ENDPOINT } from "../engine/engine-endpoint.ts";
import {
  EngineContract,
  type LLMEngineOutput,
  type PreprocessedRequest,
  type RouterEvent,
} from "../generated/index.ts";
import { KvEventPublisher } from "../kv/kv-event-publisher.ts";
import { LoadPublisher } from "../kv/load-publisher.ts";
import { modelCardOf } from "../models/model-card-of.ts";
import { registerModel } from "../models/register-model.ts";
import { checkGguf } from "./check-gguf.ts";
import { llamaGeneration } from "./llama-generation.ts";
import type {
  LlamaContext,
  LlamaEmbeddingContext,
  LlamaInstance,
  LlamaModel,
  LlamaSequence,
  TokenBias,
} from "./llama-library.ts";
import { LlamaSettings } from "./llama-settings.ts";
import { loadLlama } from "./load-llama.ts";
import { SequenceBlocks } from "./sequence-blocks.ts";
import { SequencePool } from "./sequence-pool.ts";

/** The endpoint that requests come to. */
/** A context that nobody has asked for is not larger: its memory is taken at the start. */
const LARGEST_DEFAULT = 8192;
/** What a request has that asks for a vector. */
const EMBEDDING = "embedding";

interface Loaded {
  readonly llama: LlamaInstance;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly contextSize: number;
  readonly vocabularySize: number;
  readonly pool: SequencePool<LlamaSequence>;
  readonly embedding: LlamaEmbeddingContext | null;
  /** What routers are told. */
  readonly publisher: KvEventPublisher;
  readonly loads: LoadPublisher;
  readonly blocks: SequenceBlocks;
  /** The salts of the prompts that sequences remember. */
  readonly salts: WeakMap<LlamaSequence, string | null>;
  readonly forbidding: (tokens: ReadonlySet<number>) => TokenBias;
}

/**
 * A worker that runs a GGUF model in its own process, with llama.cpp through the package node-llama-cpp, which has to be
 * installed. Several answers are written at once; a prompt that begins as one before does not read that beginning again.
 */
@service({ contract: EngineContract })
export class LlamaWorker extends Engine {
  /** What it was told. */
  config: LlamaSettings = configuration(LlamaSettings);

  #loaded: Loaded | null = null;
  #card: AsyncDisposable | null = null;
  #model = "";

  /** The name that requests ask for. */
  get model(): string {
    return this.#model;
  }

  /** Sequences that nobody uses now, and requests that wait for one. */
  get load(): { readonly freeSequences: number; readonly waiting: number } {
    const pool = this.#loaded?.pool;
    return { freeSequences: pool?.free ?? 0, waiting: pool?.waiting ?? 0 };
  }

  /** Loads llama.cpp and the model, and registers it. */
  @onStart
  async loadModel(): Promise<void> {
    const { path, sequences, queue, batchSize, embeddings, blockSize } = this.config;
    await checkGguf(path);
    const { module, llama } = await loadLlama(this.config);
    const model = await llama.loadModel({ modelPath: path }).catch(async (cause: unknown) => {
      await llama.dispose();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StatorError("invalid_argument", `${path} cannot be loaded: ${reason}`, { cause });
    });
    const contextSize = this.config.contextSize || Math.min(model.trainContextSize, LARGEST_DEFAULT);
    const context = await model.createContext({ contextSize, sequences, batchSize });
    const pool = new SequencePool(
      Array.from({ length: sequences }, () => context.getSequence()),
      queue,
    );
    const embedding = embeddings ? await model.createEmbeddingContext({ contextSize }) : null;
    const { tokenizer, general } = model.fileInfo.metadata;
    const vocabularySize = tokenizer.ggml.tokens.length;
    const forbidding = (tokens: ReadonlySet<number>): TokenBias => {
      const bias = module.TokenBias.for(model as never);
      for (const token of [model.tokens.eos, model.tokens.eot, ...tokens]) {
        if (token !== null) bias.set(token as never, "never");
      }
      return bias;
    };
    const runtime = runtimeOf(this);
    const [scope, workerId] = [runtime.endpoint(ENGINE_ENDPOINT), (): bigint => runtime.instanceId];
    const publisher = new KvEventPublisher(scope, workerId);
    const told = {
      publisher,
      loads: new LoadPublisher(scope, workerId),
      blocks: new SequenceBlocks(publisher, blockSize),
      salts: new WeakMap<LlamaSequence, string | null>(),
    };
    this.#loaded = { ...told, llama, model, context, contextSize, vocabularySize, pool, embedding, forbidding };
    this.#model = this.config.model || general.name || basename(path, ".gguf");
    await this.#register(contextSize);
  }

  /** Streams the tokens of one answer; for a request with the annotation `embedding`, one item with the vector of its tokens. */
  @endpoint()
  async *generate(request: PreprocessedRequest, context: Context): AsyncGenerator<LLMEngineOutput> {
    const loaded = this.#loaded;
    if (loaded === null) throw new StatorError("unavailable", "The model is not loaded.");
    check(request, loaded);
    if (request.annotations.includes(EMBEDDING)) {
      yield await embeddingOf(request, loaded);
      return;
    }
    const sequence = await loaded.pool.take(request.token_ids, context.signal);
    if (sequence === null) return;
    try {
      yield* this.#answer(request, sequence, loaded, context.signal);
    } finally {
      loaded.pool.give(sequence);
      this.#tellLoad();
    }
  }

  /** What the sequences remember, as events: for routers that come later. */
  @endpoint({ idempotent: true })
  async cachedBlocks(_request: null): Promise<RouterEvent[]> {
    return this.#loaded?.publisher.snapshot() ?? [];
  }

  /** Whether the model is there. */
  @readiness
  isLoaded(): boolean {
    return this.#loaded !== null;
  }

  /** Frees the memory of the model, and withdraws it. */
  @onShutdown
  async unloadModel(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await this.#card?.[Symbol.asyncDispose]();
    await Promise.all([loaded?.publisher.close(), loaded?.loads.close()]);
    await loaded?.embedding?.dispose();
    await loaded?.context.dispose();
    await loaded?.model.dispose();
    await loaded?.llama.dispose();
  }

  async *#answer(
    request: PreprocessedRequest,
    sequence: LlamaSequence,
    { model, contextSize, forbidding, blocks, salts }: Loaded,
    signal: AbortSignal,
  ): AsyncGenerator<LLMEngineOutput> {
    const salt = request.routing?.cache_salt ?? null;
    // Who has another salt may not learn, by how fast an answer begins, what others have asked.
    if ((salts.get(sequence) ?? null) !== salt) await sequence.clearHistory();
    salts.set(sequence, salt);
    this.#tellLoad();
    const options = { model, contextSize, batchSize: this.config.batchSize, noEnd: forbidding };
    let isRead = false;
    try {
      for await (const output of llamaGeneration(request, sequence, options, signal)) {
        if (!isRead) blocks.now(sequence, request.token_ids, salt);
        isRead = true;
        yield output;
      }
    } finally {
      blocks.now(sequence, sequence.contextTokens, salt);
    }
  }

  #tellLoad(): void {
    const loaded = this.#loaded;
    if (loaded === null) return;
    const { pool, loads, blocks } = loaded;
    const running = this.config.sequences - pool.free;
    // How long answers will be is not known: each counts as one that fills half of its sequence.
    const perAnswer = Math.ceil(loaded.contextSize / 2 / this.config.blockSize);
    loads.publish({ active_decode_blocks: running * perAnswer, kv_used_blocks: blocks.size });
  }

  async #register(contextSize: number): Promise<void> {
    const { modelFolder, blockSize, embeddings } = this.config;
    if (modelFolder === "") return;
    const card = await modelCardOf({
      name: this.#model,
      folder: modelFolder,
      context_length: contextSize,
      kv_cache_block_size: blockSize,
    });
    const model_type = embeddings ? `${card.model_type} | Embedding` : card.model_type;
    this.#card = await registerModel(runtimeOf(this), ENGINE_ENDPOINT, { ...card, model_type });
  }
}

/** Beyond these limits llama.cpp would end the process. */
function check({ token_ids: tokens }: PreprocessedRequest, { contextSize, vocabularySize }: Loaded): void {
  if (tokens.length === 0) throw new StatorError("invalid_request", "The prompt has no tokens.");
  if (tokens.length >= contextSize) {
    const message = `The prompt has ${tokens.length} tokens, of ${contextSize} for prompt and answer together.`;
    throw new StatorError("invalid_request", message);
  }
  const strange = tokens.find((token) => token >= vocabularySize);
  if (strange === undefined) return;
  throw new StatorError("invalid_request", `The model has no token ${strange}: the last one is ${vocabularySize - 1}.`);
}

async function embeddingOf(
  { token_ids: tokens }: PreprocessedRequest,
  { embedding }: Loaded,
): Promise<LLMEngineOutput> {
  if (embedding === null) throw new StatorError("invalid_request", "This worker makes no embeddings: set embeddings.");
  const { vector } = await embedding.getEmbeddingFor(tokens as never[]);
  const usage = { prompt_tokens: tokens.length, completion_tokens: 0, total_tokens: tokens.length };
  return engineStep({
    finish_reason: "stop",
    index: 0,
    completion_usage: { ...usage, prompt_tokens_details: null, completion_tokens_details: null },
    engine_data: { embedding: [...vector] },
  });
}

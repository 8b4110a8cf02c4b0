import { type Context, depends, endpoint, onShutdown, onStart, runtimeOf, service } from "@stator/sdk";

import { Engine } from "../engine/engine.ts";
import {
  ChatCompletionChunk,
  ChatCompletionRequest,
  Completion,
  CompletionRequest,
  EmbeddingRequest,
  EmbeddingResponse,
  ModelList,
  type PreprocessedRequest,
} from "../generated/index.ts";
import type { EngineAttempt } from "../migration/engine-attempt.ts";
import { ModelDirectory } from "../models/model-directory.ts";
import type { AnswerPlan } from "./answer-plan.ts";
import { answerParts } from "./answers/answer-parts.ts";
import { chatAnswers } from "./chat-answers.ts";
import { completionAnswers } from "./completion-answers.ts";
import { embeddingOf } from "./embedding-of.ts";
import { EngineChoice } from "./engine-choice.ts";
import { foreignEndpoint, ForeignEngines } from "./foreign-engines.ts";
import { type LoadedModel, LoadedModels } from "./loaded-model.ts";
import { merge } from "./merge.ts";
import { modelNotFound } from "./refused.ts";
import { RequestRefusedError } from "./request-refused.ts";

/** A call of an engine for one answer, as a processor makes it. */
export interface EngineCall {
  /** Names the answer: the request's id, and behind it which of several answers it is. */
  readonly id: string;
  readonly model: LoadedModel;
  /** Requests of one session are better together; null for no session. */
  readonly sessionId: string | null;
  /** Instances that have failed with this answer. */
  readonly excluded: ReadonlySet<bigint>;
  /** Ends the call; undefined where the call that is being served is enough. */
  readonly signal: AbortSignal | undefined;
  readonly context: Context;
}

/** Turns requests of OpenAI's API into tokens for an engine, and its tokens into parts of an answer. */
@service({ namespace: "llm" })
export class Processor {
  readonly #choice = new EngineChoice();
  readonly #models = new LoadedModels();
  readonly #foreign = new ForeignEngines();
  #directory: ModelDirectory | null = null;
  engine = depends(Engine, { router: this.#choice.router });

  /** Learns which models there are. */
  @onStart
  async openDirectory(): Promise<void> {
    this.#directory = await ModelDirectory.open(runtimeOf(this));
  }

  /** Follows the models no more. */
  @onShutdown
  async closeDirectory(): Promise<void> {
    await this.#directory?.[Symbol.asyncDispose]();
    await this.#foreign[Symbol.asyncDispose]();
  }

  /** The parts of the answers to a conversation. The last one has the usage, and no choices. */
  @endpoint({ input: ChatCompletionRequest, output: ChatCompletionChunk, error: RequestRefusedError, idempotent: true })
  async *chat(request: ChatCompletionRequest, context: Context): AsyncGenerator<ChatCompletionChunk> {
    const model = await this.#model(request.model);
    yield* chatAnswers(request, model, context, (asked) => this.#answers(asked, sessionOf(request, context), context));
  }

  /** The parts of the answers to a prompt. The last one has the usage, and no choices. */
  @endpoint({ input: CompletionRequest, output: Completion, error: RequestRefusedError, idempotent: true })
  async *completion(request: CompletionRequest, context: Context): AsyncGenerator<Completion> {
    const model = await this.#model(request.model);
    const session = sessionOf(request, context);
    yield* completionAnswers(request, model, context, (asked) => this.#answers(asked, session, context));
  }

  /** The vectors of texts. */
  @endpoint({ input: EmbeddingRequest, output: EmbeddingResponse, error: RequestRefusedError, idempotent: true })
  async embeddings(request: EmbeddingRequest, context: Context): Promise<EmbeddingResponse> {
    const model = await this.#model(request.model);
    return embeddingOf(request, model, context, async (asked, id) => {
      const call = { id, model, sessionId: null, excluded: new Set<bigint>(), signal: context.signal, context };
      const attempt = await this.#open(asked, call);
      try {
        return await attempt.stream.one();
      } finally {
        attempt.ended();
      }
    });
  }

  /** The models that can be asked now. */
  @endpoint({ output: ModelList, idempotent: true })
  async models(_request: null): Promise<ModelList> {
    const served = this.#directory?.list() ?? [];
    const data = served.map(({ name, card, created }) => ({
      id: name,
      object: "model",
      created,
      owned_by: "stator",
      max_model_len: card.context_length > 0 ? card.context_length : null,
    }));
    return { object: "list", data };
  }

  /** Calls an engine for one answer: of those that serve the model, the one with the fewest open calls. */
  protected async openEngine(request: PreprocessedRequest, call: EngineCall): Promise<EngineAttempt> {
    return this.callEngine(request, call, request.routing?.backend_instance_id ?? null, {});
  }

  /** Calls that instance of the engine; null for the one with the fewest open calls. */
  protected callEngine(
    request: PreprocessedRequest,
    { id, model, excluded, signal }: EngineCall,
    instanceId: bigint | null,
    metadata: Readonly<Record<string, string>>,
  ): EngineAttempt {
    const chosen = this.#choice.begin(this.#serving(model.name), excluded);
    const options = { id, metadata: { ...metadata, ...chosen.metadata }, signal };
    try {
      const stream = this.engine.generate(request, instanceId === null ? options : { ...options, instanceId });
      return { stream, ended: () => chosen.end() };
    } catch (error) {
      chosen.end();
      throw error;
    }
  }

  /** Calls an engine, of this graph or of another one. */
  #open(request: PreprocessedRequest, call: EngineCall): Promise<EngineAttempt> {
    const served = this.#directory?.find(call.model.name) ?? null;
    const foreign = served === null ? null : foreignEndpoint(served);
    if (foreign === null) return this.openEngine(request, call);
    return this.#foreign.open(runtimeOf(this), foreign, request, call);
  }

  /** The instances that serve a model now. */
  #serving(name: string): ReadonlySet<bigint> {
    const sets = [...(this.#directory?.find(name)?.instances.values() ?? [])];
    const [only] = sets;
    return only !== undefined && sets.length === 1 ? only : new Set(sets.flatMap((each) => [...each]));
  }

  async #model(name: string): Promise<LoadedModel> {
    const served = this.#directory?.find(name) ?? null;
    if (served === null) throw modelNotFound(name);
    return this.#models.get(served);
  }

  /** All answers to one request, each part as soon as it comes. */
  #answers<T>(asked: readonly AnswerPlan<T>[], sessionId: string | null, context: Context): AsyncGenerator<T, void> {
    const ended = new AbortController();
    const several = asked.length > 1;
    const answers = asked.map((plan, index) => {
      const { model } = plan;
      const id = several ? `${context.id}-${index}` : context.id;
      const signal = several ? ended.signal : undefined;
      return answerParts({
        ...plan,
        open: (request, excluded) => this.#open(request, { id, model, sessionId, excluded, signal, context }),
        migration: {
          limit: model.card.migration_limit,
          signal: context.signal,
          onMigrate: (tokens, error) =>
            context.log.warn("answer goes on at another engine", { tokens, reason: error.message }),
        },
      });
    });
    const [first] = answers;
    return first !== undefined && !several ? first : merge(answers, () => ended.abort());
  }
}

const SESSION = "x-session-id";

function sessionOf({ user }: { readonly user: string | null }, { metadata }: Context): string | null {
  return metadata[SESSION] ?? user;
}

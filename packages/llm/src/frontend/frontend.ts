import { configuration, type Context, depends, onRequest, onStart, runtimeOf, service } from "@stator/sdk";
import type { DistributedRuntime } from "@stator/runtime-native";

import { ChatCompletionRequest, CompletionRequest, EmbeddingRequest } from "../generated/index.ts";
import { Processor } from "../processing/processor.ts";
import { type AnswerCall, type AnswerPart, jsonResponse, streamAnswer, wholeAnswer } from "./answer-call.ts";
import { chatChoiceText, completionChoiceText } from "./choice-text.ts";
import { embeddingJson } from "./embedding-json.ts";
import { FrontendMetrics, type RequestEndpoint } from "./frontend-metrics.ts";
import { FrontendSettings } from "./frontend-settings.ts";
import { errorText, FrontendError, openAIError, retryHeaders } from "./openai-error.ts";
import { PartWriter } from "./part-writer.ts";
import { readBody } from "./request-body.ts";
import { RequestWatch } from "./request-watch.ts";
import { findRoute, type FoundRoute, pathOf } from "./routes.ts";
import { WholeChat } from "./whole-chat.ts";
import { WholeCompletion } from "./whole-completion.ts";
import { withoutNulls } from "./without-nulls.ts";

/** Longest time in which a processor that works says which models there are, in milliseconds. */
const MODELS_MS = 5000;

/** What is the same in the requests for text of both APIs. */
interface TextRequest {
  readonly model: string;
  readonly stream: boolean | null;
  readonly stream_options: { readonly include_usage: boolean | null } | null;
}

/** OpenAI's API over HTTP: chats, completions, embeddings, models; and the health and the metrics of this process. */
@service({ namespace: "llm" })
export class Frontend {
  processor = depends(Processor);
  settings = configuration(FrontendSettings);
  #runtime: DistributedRuntime | null = null;
  #metrics: FrontendMetrics | null = null;
  #open = 0;

  /** Begins to count. */
  @onStart
  async measure(): Promise<void> {
    this.#runtime = runtimeOf(this);
    this.#metrics = new FrontendMetrics(this.#runtime);
  }

  /** Answers every request; whatever goes wrong is an error in OpenAI's form. */
  @onRequest
  async answer(request: Request, context: Context): Promise<Response> {
    let response: Response;
    try {
      response = await this.#routed(findRoute(request.method, pathOf(request.url)), request, context);
    } catch (error) {
      response = this.#refused(error, context);
    }
    response.headers.set("x-request-id", context.id);
    return response;
  }

  async #routed({ name, model }: FoundRoute, request: Request, context: Context): Promise<Response> {
    switch (name) {
      case "chat":
        return this.#watched("chat_completions", context, (watch) => this.#chat(request, context, watch));
      case "completions":
        return this.#watched("completions", context, (watch) => this.#completion(request, context, watch));
      case "embeddings":
        return this.#watched("embeddings", context, (watch) => this.#embeddings(request, context, watch));
      case "models":
        return this.#models();
      case "model":
        return this.#model(model);
      case "health":
        return this.#health();
      case "live":
        return jsonResponse('{"status":"live"}');
      case "metrics":
        return this.#metricsText();
    }
  }

  /** Counts a request that asks a model, and refuses it when there are too many. */
  async #watched(
    endpoint: RequestEndpoint,
    context: Context,
    body: (watch: RequestWatch) => Promise<Response>,
  ): Promise<Response> {
    if (this.#metrics === null) throw new FrontendError(503, "The front end has not started yet.", {}, retryHeaders());
    const { maxRequests } = this.settings;
    if (this.#open >= maxRequests) {
      const message = `More than ${maxRequests} requests at once.`;
      throw new FrontendError(429, message, { code: "rate_limit_exceeded" }, retryHeaders());
    }
    this.#open += 1;
    const watch = new RequestWatch(this.#metrics, endpoint, () => (this.#open -= 1));
    try {
      return await body(watch);
    } catch (error) {
      watch.over(context.signal.aborted ? 499 : openAIError(error, context.id).status);
      throw error;
    }
  }

  async #chat(request: Request, context: Context, watch: RequestWatch): Promise<Response> {
    const asked = await readBody(request, ChatCompletionRequest, this.settings);
    const withUsage = begin(asked, watch);
    const call = this.#call(this.processor.chat(asked, this.#options(request)), context, watch);
    if (asked.stream !== true) return wholeAnswer(call, new WholeChat());
    const writer = new PartWriter(chatChoiceText, withUsage, "chatcmpl-");
    return streamAnswer(call, (part) => writer.event(part), this.settings.stallTimeoutMs);
  }

  async #completion(request: Request, context: Context, watch: RequestWatch): Promise<Response> {
    const asked = await readBody(request, CompletionRequest, this.settings);
    const withUsage = begin(asked, watch);
    const call = this.#call(this.processor.completion(asked, this.#options(request)), context, watch);
    if (asked.stream !== true) return wholeAnswer(call, new WholeCompletion());
    const writer = new PartWriter(completionChoiceText, withUsage, "cmpl-");
    return streamAnswer(call, (part) => writer.event(part), this.settings.stallTimeoutMs);
  }

  async #embeddings(request: Request, _context: Context, watch: RequestWatch): Promise<Response> {
    const asked = await readBody(request, EmbeddingRequest, this.settings);
    const { encoding_format: format } = asked;
    watch.model = asked.model;
    if (format !== null && format !== "float" && format !== "base64") {
      throw new FrontendError(400, `encoding_format: expected float or base64, got ${JSON.stringify(format)}`, {
        param: "encoding_format",
        code: "invalid_value",
      });
    }
    const response = await this.processor.embeddings(asked, this.#options(request));
    watch.embedded(response.usage.prompt_tokens);
    watch.over(200);
    return jsonResponse(JSON.stringify(embeddingJson(response, format)));
  }

  async #models(): Promise<Response> {
    const { object, data } = await this.processor.models(null, { timeoutMs: MODELS_MS });
    return jsonResponse(JSON.stringify({ object, data: data.map((each) => withoutNulls(each)) }));
  }

  async #model(id: string): Promise<Response> {
    const { data } = await this.processor.models(null, { timeoutMs: MODELS_MS });
    const found = data.find((each) => each.id === id);
    if (found !== undefined) return jsonResponse(JSON.stringify(withoutNulls(found)));
    const message = `The model ${JSON.stringify(id.slice(0, 200))} does not exist; GET /v1/models lists those that do.`;
    throw new FrontendError(404, message, { param: "model", code: "model_not_found" });
  }

  /** Healthy is a front end that can reach a processor; which models that has is beside it. */
  async #health(): Promise<Response> {
    try {
      const { data } = await this.processor.models(null, { timeoutMs: MODELS_MS });
      return jsonResponse(JSON.stringify({ status: "healthy", models: data.map(({ id }) => id) }));
    } catch (error) {
      const { message } = openAIError(error, "").error;
      return jsonResponse(JSON.stringify({ status: "unhealthy", message }), 503);
    }
  }

  async #metricsText(): Promise<Response> {
    const text = (await this.#runtime?.metricsText()) ?? "";
    return new Response(text, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } });
  }

  #call<Part extends AnswerPart>(parts: AsyncIterable<Part>, context: Context, watch: RequestWatch): AnswerCall<Part> {
    const failed = (error: unknown): void => {
      context.log.warn("an answer broke off", { error });
    };
    return { parts, watch, requestId: context.id, signal: context.signal, failed };
  }

  #options({ headers }: Request): { timeoutMs?: number; metadata?: Record<string, string> } {
    const { timeoutMs } = this.settings;
    const session = headers.get("x-session-id") ?? "";
    return {
      ...(timeoutMs === 0 ? {} : { timeoutMs }),
      ...(/^[\w.:-]{1,128}$/.test(session) ? { metadata: { "x-session-id": session } } : {}),
    };
  }

  #refused(thrown: unknown, context: Context): Response {
    const { status, error, headers } = openAIError(thrown, context.id);
    if (status === 500) context.log.error("a request failed", { error: thrown });
    return jsonResponse(errorText(error), status, headers);
  }
}

/** Notes what is asked for; says whether the client wants to see the usage. */
function begin({ model, stream, stream_options }: TextRequest, watch: RequestWatch): boolean {
  watch.model = model;
  watch.stream = stream === true;
  if (stream_options === null || stream === true) return stream_options?.include_usage === true;
  throw new FrontendError(400, "stream_options: only with stream: true", {
    param: "stream_options",
    code: "invalid_value",
  });
}

import { type Context, endpoint, graph, serve, service, type Serving, StatorError } from "@stator/sdk";
import OpenAI from "openai";

import {
  type ChatChunkChoice,
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  type Completion,
  type CompletionRequest,
  type CompletionUsage,
  Engine,
  type EmbeddingRequest,
  type EmbeddingResponse,
  EngineContract,
  Frontend,
  type LLMEngineOutput,
  type ModelList,
  type PreprocessedRequest,
  Processor,
  RequestRefusedError,
} from "../../src/index.ts";

/** The streams of the stand-in that have begun and not ended. */
export const streams = { open: 0, begun: 0 };

@service({ contract: EngineContract })
class NoEngine extends Engine {
  @endpoint()
  async *generate(_request: PreprocessedRequest): AsyncGenerator<LLMEngineOutput> {
    yield* [];
    throw new StatorError("unavailable", "There is no engine in these tests.");
  }
}

/** A processor whose models each do one thing, so that tests choose by the model what happens. */
@service({ namespace: "llm", name: "processor" })
export class StandIn extends Processor {
  override async *chat(request: ChatCompletionRequest, context: Context): AsyncGenerator<ChatCompletionChunk> {
    streams.open += 1;
    streams.begun += 1;
    try {
      yield* chat(request, context);
    } finally {
      streams.open -= 1;
    }
  }

  override async *completion(request: CompletionRequest, context: Context): AsyncGenerator<Completion> {
    fail(request.model);
    const words = String(request.prompt).split(" ");
    const shared = { ...facts(request.model, `cmpl-${context.id}`), object: "text_completion" };
    for (const [at, text] of words.entries()) {
      const logprobs =
        request.logprobs === null
          ? null
          : { tokens: [text], token_logprobs: [0 - at], top_logprobs: [{ [text]: 0 - at }], text_offset: [at] };
      yield { ...shared, choices: [{ index: 0, text, logprobs, finish_reason: null }], usage: null };
    }
    yield { ...shared, choices: [{ index: 0, text: "", logprobs: null, finish_reason: "length" }], usage: null };
    yield { ...shared, choices: [], usage: usage(1, words.length) };
  }

  override async embeddings(request: EmbeddingRequest): Promise<EmbeddingResponse> {
    fail(request.model);
    const embedding = [0.5, -1.25, 3];
    const data = [{ object: "embedding", index: 0, embedding }];
    return { object: "list", data, model: request.model, usage: { prompt_tokens: 3, total_tokens: 3 } };
  }

  override async models(): Promise<ModelList> {
    const entry = { object: "model", created: 1, owned_by: "stator" };
    const data = [
      { id: "echo", ...entry, max_model_len: null },
      { id: "group/echo", ...entry, max_model_len: 4096 },
    ];
    return { object: "list", data };
  }
}

async function* chat(request: ChatCompletionRequest, context: Context): AsyncGenerator<ChatCompletionChunk> {
  const { model, n, logprobs } = request;
  fail(model);
  const shared = facts(model, `chatcmpl-${context.id}`);
  const part = (choice: Partial<ChatChunkChoice["delta"]>, index = 0, finish_reason: string | null = null) => {
    const delta = { role: null, content: null, reasoning_content: null, tool_calls: null, ...choice };
    const { content } = delta;
    const likely =
      logprobs !== true || content === null || content === ""
        ? null
        : {
            content: [{ token: content, logprob: -0.5, bytes: [...Buffer.from(content)], top_logprobs: [] }],
            refusal: null,
          };
    return { ...shared, choices: [{ index, delta, logprobs: likely, finish_reason }], usage: null };
  };
  const words = wordsOf(request);
  const answers = n ?? 1;
  for (let index = 0; index < answers; index++) yield part({ role: "assistant", content: "" }, index);
  if (model === "endless") {
    for (let at = 0; ; at++) {
      yield part({ content: `${at} ` });
      // The pace of an engine.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  if (model === "flood") for (let at = 0; ; at++) yield part({ content: "x".repeat(10_000) });
  if (model === "silent") {
    await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
    return;
  }
  if (model === "tools") {
    const id = "call_1";
    yield part({ reasoning_content: "I need a tool." });
    yield part({ tool_calls: [{ index: 0, id, type: "function", function: { name: "weather", arguments: "" } }] });
    yield part({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] });
    yield part({ tool_calls: [{ index: 0, function: { arguments: '"Bern"}' } }] });
    yield part({}, 0, "tool_calls");
  } else {
    for (const word of words) for (let index = 0; index < answers; index++) yield part({ content: word }, index);
    if (model === "breaks") throw new StatorError("unavailable", "The worker has gone.");
    if (model === "ends") return;
    for (let index = 0; index < answers; index++) yield part({}, index, "stop");
  }
  yield { ...shared, choices: [], usage: usage(7, words.length * answers) };
}

function facts(model: string, id: string) {
  return { id, object: "chat.completion.chunk", created: 1_700_000_000, model, system_fingerprint: null };
}

function usage(prompt_tokens: number, completion_tokens: number): CompletionUsage {
  const total_tokens = prompt_tokens + completion_tokens;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens,
    prompt_tokens_details: { audio_tokens: null, cached_tokens: 4 },
    completion_tokens_details: null,
  } as CompletionUsage;
}

function wordsOf({ messages }: ChatCompletionRequest): string[] {
  const content = messages.at(-1)?.content;
  return typeof content === "string" ? content.split(/(?<= )/) : [];
}

function fail(model: string): void {
  if (model === "full")
    throw new StatorError("overloaded", "All engines are busy.", { details: { retryAfterMs: 2500 } });
  if (model === "none") throw new StatorError("no_instances", "There is no engine.");
  if (model === "late") throw new StatorError("deadline_exceeded", "The engine took too long.");
  if (model === "throws") throw new TypeError("a secret of the server");
  if (model === "missing") {
    throw RequestRefusedError.error({
      status: 404,
      error: { message: "No such model.", type: "invalid_request_error", param: "model", code: "model_not_found" },
    });
  }
}

/** The real front end before the stand-in, and the official client. */
export async function serveFrontend(configuration: Record<string, unknown> = {}): Promise<{
  serving: Serving;
  url: string;
  client: OpenAI;
}> {
  const serving = await serve(graph(Frontend).link(StandIn).link(NoEngine), {
    http: { port: 0 },
    runtime: { discovery: "memory" },
    signals: false,
    configuration: { Frontend: configuration },
  });
  const url = serving.url ?? "";
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
  return { serving, url, client };
}

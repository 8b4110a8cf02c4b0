import { StatorError } from "@stator/sdk";

import type { LLMEngineOutput, PreprocessedRequest } from "../generated/index.ts";
import { exactJson } from "../generated/support/exact-json.ts";
import { completionBody } from "./completion-body.ts";
import { readCompletionChunk } from "./completion-chunk.ts";
import { engineFailure, failureInStream } from "./engine-failure.ts";
import { engineOutput, usageOf } from "./engine-output.ts";
import { serverSentEvents } from "./server-sent-events.ts";

/** Where an engine is, and how it is asked. */
export interface OpenAiEngineOptions {
  /** Such as `http://127.0.0.1:8001`, with or without `/v1`. */
  readonly url: string;
  /** What it calls its model. */
  readonly model: string;
  readonly apiKey: string;
  readonly healthPath: string;
  readonly output: "ids" | "text";
  readonly firstTokenTimeoutMs: number;
}

/** An engine that speaks OpenAI's API over HTTP. */
export class OpenAiEngine {
  readonly #options: OpenAiEngineOptions;
  readonly #root: string;
  readonly #headers: Record<string, string>;

  constructor(options: OpenAiEngineOptions) {
    this.#options = options;
    this.#root = options.url.replace(/\/+$/, "").replace(/\/v1$/, "");
    this.#headers = options.apiKey === "" ? {} : { authorization: `Bearer ${options.apiKey}` };
  }

  /** Where it is. */
  get url(): string {
    return this.#root;
  }

  /** Whether it says that it can take requests, within the time. */
  async isHealthy(timeoutMs: number): Promise<boolean> {
    try {
      const response = await this.#get(this.#options.healthPath, timeoutMs);
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }

  /**
   * The models that it has, the first one being its own.
   *
   * @throws StatorError as `generate`.
   */
  async models(timeoutMs: number): Promise<string[]> {
    const response = await this.#get("/v1/models", timeoutMs).catch((cause: unknown) => {
      throw this.#lost(cause);
    });
    if (!response.ok) throw engineFailure(response.status, await response.text());
    const { data } = (await response.json()) as { data?: readonly { id?: unknown }[] };
    return (data ?? []).flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  }

  /**
   * Streams the tokens of one answer. When the signal fires, or the loop is left, the connection is closed at once, by which
   * the engine knows that nobody waits any more.
   *
   * @throws StatorError `unavailable` when the engine is not reached, fails, or is lost before the end; `overloaded`;
   * `invalid_request` with the engine's words; `protocol` for what is no completion.
   */
  async *generate(request: PreprocessedRequest, signal: AbortSignal): AsyncGenerator<LLMEngineOutput> {
    const { firstTokenTimeoutMs } = this.#options;
    const left = new AbortController();
    const timer = setTimeout(() => {
      left.abort(
        new StatorError("unavailable", `The engine has not begun to answer within ${firstTokenTimeoutMs} ms.`),
      );
    }, firstTokenTimeoutMs);
    let last: LLMEngineOutput | null = null;
    try {
      const answer = await this.#ask(request, AbortSignal.any([signal, left.signal]));
      for await (const data of serverSentEvents(answer)) {
        clearTimeout(timer);
        if (data === "[DONE]") break;
        const chunk = readCompletionChunk(data);
        if (chunk.error !== undefined && chunk.error !== null) throw failureInStream(chunk.error);
        // One answer was asked for.
        const choice = chunk.choices?.[0];
        if (choice !== undefined && last === null) {
          const output = engineOutput(choice, request);
          if (output.finish_reason !== null) last = output;
          else if (output.token_ids.length > 0 || output.text !== null) yield output;
        }
        // Engines count in a chunk of its own, behind the last one.
        if (last !== null)
          last = {
            ...last,
            completion_usage: (usageOf(chunk) as LLMEngineOutput["completion_usage"]) ?? last.completion_usage,
          };
      }
    } catch (error) {
      if (signal.aborted) return;
      // The answer is whole; only the count may be missing.
      if (last === null) throw error instanceof StatorError ? error : this.#lost(error);
    } finally {
      clearTimeout(timer);
      left.abort();
    }
    if (last === null) throw new StatorError("unavailable", "The engine's answer ended before it was finished.");
    yield last;
  }

  async #ask(request: PreprocessedRequest, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { model, output } = this.#options;
    // vLLM has each adapter as a model of its own.
    const body = completionBody(request, request.routing?.lora_name ?? model, output);
    const response = await fetch(`${this.#root}/v1/completions`, {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/json", accept: "text/event-stream" },
      body: exactJson.stringify(body),
      signal,
      // Reading a long prompt takes longer than the default limit of an idle connection.
      timeout: false,
    } as RequestInit);
    if (!response.ok) {
      throw engineFailure(response.status, await response.text(), response.headers.get("retry-after"));
    }
    if (response.body === null) throw new StatorError("protocol", "The engine's answer has no body.");
    return response.body;
  }

  #get(path: string, timeoutMs: number): Promise<Response> {
    return fetch(`${this.#root}${path}`, { headers: this.#headers, signal: AbortSignal.timeout(timeoutMs) });
  }

  #lost(cause: unknown): StatorError {
    // What Bun adds for those who call fetch themselves helps nobody here.
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/ For more information, .*$/, "");
    return new StatorError("unavailable", `The engine at ${this.#root} cannot be reached: ${reason}`, { cause });
  }
}

import { engineStep } from "../engine/engine-step.ts";
import type {
  CompletionUsageInput,
  FinishReason,
  LLMEngineOutput,
  PreprocessedRequest,
  TopLogprob,
} from "../generated/index.ts";
import { StatorError } from "@stator/sdk";
import type { CompletionChunk, CompletionChunkChoice } from "./completion-chunk.ts";

/** The step of a part of an answer. `request` says which tokens only end it. */
export function engineOutput(choice: CompletionChunkChoice, request: PreprocessedRequest): LLMEngineOutput {
  const { finish_reason, stop_reason, logprobs } = choice;
  const finish = finish_reason === null || finish_reason === undefined ? null : finishReason(choice);
  const ids = choice.token_ids ?? [];
  const isEnd = finish !== null && endsOnly(ids.at(-1), choice, request);
  const kept = isEnd ? ids.length - 1 : ids.length;
  // Engines that say which tokens they mean are not asked for the text too: the processor decodes.
  const decodes = choice.token_ids === null || choice.token_ids === undefined;
  const text = decodes ? (choice.text ?? "") : "";
  const probabilities = logprobs?.token_logprobs?.map((value) => value ?? 0) ?? null;
  return engineStep({
    token_ids: ids.slice(0, kept),
    tokens: decodes ? (logprobs?.tokens ?? null) : null,
    text: text === "" ? null : text,
    log_probs: decodes ? probabilities : (probabilities?.slice(0, kept) ?? null),
    top_logprobs: decodes ? null : topLogprobs(logprobs?.top_logprobs?.slice(0, kept)),
    finish_reason: finish,
    stop_reason: stop_reason ?? null,
    index: 0,
  });
}

/** What a chunk says of the tokens of the whole request; null if it says nothing. */
export function usageOf({ usage }: CompletionChunk): CompletionUsageInput | null {
  if (usage === null || usage === undefined) return null;
  const completion_tokens = usage.completion_tokens ?? 0;
  const cached = usage.prompt_tokens_details?.cached_tokens;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens;
  return {
    prompt_tokens: usage.prompt_tokens,
    completion_tokens,
    total_tokens: usage.prompt_tokens + completion_tokens,
    prompt_tokens_details: typeof cached === "number" ? { cached_tokens: cached } : null,
    completion_tokens_details: typeof reasoning === "number" ? { reasoning_tokens: reasoning } : null,
  };
}

/**
 * Why it has ended. vLLM names what it stopped at, and nothing where the model ended the text.
 *
 * @throws StatorError `unavailable` where the engine itself gave up: another one may go on.
 */
function finishReason({ finish_reason, stop_reason, token_ids }: CompletionChunkChoice): FinishReason {
  switch (finish_reason) {
    case "length":
    case "content_filter":
      return finish_reason;
    case "abort":
    case "error":
      throw new StatorError("unavailable", `The engine gave the request up (${finish_reason}).`);
    default:
      return (stop_reason ?? null) === null && (token_ids ?? null) !== null ? "eos" : "stop";
  }
}

/** Whether the last token ends the answer without being part of it. */
function endsOnly(
  last: number | undefined,
  { finish_reason, stop_reason }: CompletionChunkChoice,
  request: PreprocessedRequest,
): boolean {
  if (last === undefined || finish_reason !== "stop") return false;
  const { stop_token_ids_visible, stop_token_ids_hidden, stop_token_ids } = request.stop_conditions;
  if (stop_token_ids_visible?.includes(last) === true) return false;
  if (typeof stop_reason === "number") return stop_reason === last;
  return [request.eos_token_ids, stop_token_ids_hidden, stop_token_ids].some((ids) => ids?.includes(last) === true);
}

const TOKEN_ID = /^token_id:(\d+)$/;

/** `{ "token_id:5": -0.1, … }` for each token, which is what engines write when they are asked for ids. */
function topLogprobs(given: readonly (Record<string, number> | null)[] | null | undefined): TopLogprob[][] | null {
  if (given === null || given === undefined) return null;
  return given.map((likely) =>
    Object.entries(likely ?? {})
      .flatMap(([token, logprob]) => {
        const id = TOKEN_ID.exec(token)?.[1];
        return id === undefined ? [] : [{ token_id: Number(id), logprob }];
      })
      .toSorted((a, b) => b.logprob - a.logprob)
      .map(({ token_id, logprob }, index) => ({ rank: index + 1, token_id, token: null, logprob, bytes: null })),
  );
}

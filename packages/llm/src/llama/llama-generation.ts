import { StatorError } from "@stator/sdk";

import { engineStep } from "../engine/engine-step.ts";
import type { FinishReason, LLMEngineOutput, PreprocessedRequest, StopReason } from "../generated/index.ts";
import type { EvaluatedToken, LlamaModel, LlamaSequence, TokenBias } from "./llama-library.ts";
import { commonPrefix } from "./sequence-pool.ts";
import { tokenLogprobs } from "./token-logprobs.ts";
import { nextToken } from "./token-sampling.ts";

/** What an answer is written with. */
export interface LlamaGenerationOptions {
  readonly model: LlamaModel;
  /** Tokens of prompt and answer together. */
  readonly contextSize: number;
  /** Tokens of the prompt that are read before the signal is looked at again. */
  readonly batchSize: number;
  /** Forbids the tokens that end a text. */
  readonly noEnd: (ends: ReadonlySet<number>) => TokenBias;
}

/** Writes the answer to a request with a sequence that it has for itself, token by token, until it ends or the signal fires. */
export async function* llamaGeneration(
  request: PreprocessedRequest,
  sequence: LlamaSequence,
  { model, contextSize, batchSize, noEnd }: LlamaGenerationOptions,
  signal: AbortSignal,
): AsyncGenerator<LLMEngineOutput> {
  const { stop_conditions: stop, sampling_options: sampling, output_options: output } = request;
  const tokens = [...request.token_ids];
  const prompt = tokens.length;
  const most = Math.min(stop.max_tokens ?? Infinity, contextSize - prompt);
  const seed = sampling.seed ?? BigInt(Math.floor(Math.random() * 2 ** 32));
  const ends = new Set(request.eos_token_ids);
  // At least one token has to be read: what follows is known only then.
  const cached = Math.min(commonPrefix(sequence.contextTokens, tokens), prompt - 1);
  if (sequence.nextTokenIndex > cached) {
    await sequence.eraseContextTokenRanges([{ start: cached, end: sequence.nextTokenIndex }]);
  }
  // A model that cannot forget a part has forgotten all of it.
  let at = Math.min(sequence.nextTokenIndex, cached);
  for (; at + batchSize < prompt; at += batchSize) {
    if (signal.aborted) return;
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, at + batchSize));
  }
  const usage = (made: number): LLMEngineOutput["completion_usage"] => ({
    prompt_tokens: prompt,
    completion_tokens: made,
    total_tokens: prompt + made,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: null,
  });
  for (let made = 0; made < most;) {
    if (signal.aborted) return;
    const bias =
      made < (stop.min_tokens ?? 0)
        ? noEnd(new Set([...ends, ...(stop.stop_token_ids ?? []), ...(stop.stop_token_ids_hidden ?? [])]))
        : null;
    const input = tokens.slice(at);
    const last = input.pop() as number;
    const results = await sequence.controlledEvaluate([
      ...input,
      [last, { generateNext: nextToken(request, tokens, seed, bias) }],
    ] as never[]);
    if (signal.aborted) return;
    const result = results.at(-1);
    const token = result?.next.token;
    if (result === undefined || token === undefined || token === null) {
      throw new StatorError("internal", "llama.cpp has chosen no token.");
    }
    at = tokens.length;
    tokens.push(token);
    made++;
    const end = stop.ignore_eos === true ? null : endOf(token, model, ends);
    const stopped = end ?? stopOf(token, request);
    const isPart = stopped === null || stopped.isPart;
    const finish = stopped?.reason ?? (made >= most ? "length" : null);
    yield {
      ...step(isPart ? token : null, result, output.logprobs),
      finish_reason: finish,
      stop_reason: stopped?.stop ?? null,
      completion_usage: finish === null ? null : usage(made),
    };
    if (finish !== null) return;
  }
  yield { ...step(null, null, null), finish_reason: "length", completion_usage: usage(0) };
}

interface End {
  readonly reason: FinishReason;
  readonly stop: StopReason | null;
  readonly isPart: boolean;
}

/** The model's own end of the text. */
function endOf(token: number, model: LlamaModel, ends: ReadonlySet<number>): End | null {
  return ends.has(token) || model.isEogToken(token) ? { reason: "eos", stop: null, isPart: false } : null;
}

function stopOf(token: number, { stop_conditions: stop }: PreprocessedRequest): End | null {
  if (stop.stop_token_ids_visible?.includes(token) === true) return { reason: "stop", stop: token, isPart: true };
  const hidden = [stop.stop_token_ids, stop.stop_token_ids_hidden].some((ids) => ids?.includes(token) === true);
  return hidden ? { reason: "stop", stop: token, isPart: false } : null;
}

function step(token: number | null, result: EvaluatedToken | null, logprobs: number | null): LLMEngineOutput {
  const likely = token === null || result === null || logprobs === null ? null : tokenLogprobs(result, token, logprobs);
  return engineStep({
    token_ids: token === null ? [] : [token],
    log_probs: likely === null ? null : [likely.logprob],
    top_logprobs: likely === null ? null : [likely.top],
    index: 0,
  });
}

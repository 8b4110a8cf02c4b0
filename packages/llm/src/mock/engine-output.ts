import { type CompletionUsage, type FinishReason, type LLMEngineOutput } from "../generated/index.ts";
import { type Sequence, type SequenceEnd, type SequenceStep } from "./sequence.ts";

const REASONS: Record<SequenceEnd["kind"], FinishReason> = {
  eos: "eos",
  length: "length",
  stop: "stop",
  prefilled: "stop",
};

/** Makes what callers get of the steps of one sequence. */
export class EngineOutput {
  private total = 0;

  constructor(
    /** How many of the likeliest tokens are named; null for no probabilities. */
    private readonly logprobs: number | null,
  ) {}

  of({ token, end, logprob, likeliest }: SequenceStep, sequence: Sequence): LLMEngineOutput {
    const named = token === null ? null : this.logprobs;
    if (named !== null) this.total += logprob;
    return {
      token_ids: token === null ? [] : [token],
      tokens: null,
      text: null,
      cum_log_probs: named === null ? null : this.total,
      log_probs: named === null ? null : [logprob],
      top_logprobs: named === null || named === 0 ? null : [likeliest(named)],
      finish_reason: end === null ? null : REASONS[end.kind],
      stop_reason: end?.kind === "stop" ? end.token : null,
      index: 0,
      disaggregated_params: null,
      completion_usage: end === null ? null : usageOf(sequence),
      engine_data: null,
    };
  }
}

function usageOf({ promptLength, generated, cachedTokens }: Sequence): CompletionUsage {
  return {
    prompt_tokens: promptLength,
    completion_tokens: generated,
    total_tokens: promptLength + generated,
    prompt_tokens_details: { cached_tokens: cachedTokens ?? 0 },
    completion_tokens_details: null,
  };
}

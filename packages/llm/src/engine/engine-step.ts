import type { LLMEngineOutput } from "../generated/index.ts";

/** A step that says what is given, and nothing else. */
export function engineStep(given: Partial<LLMEngineOutput>): LLMEngineOutput {
  return {
    token_ids: [],
    tokens: null,
    text: null,
    cum_log_probs: null,
    log_probs: null,
    top_logprobs: null,
    finish_reason: null,
    stop_reason: null,
    index: null,
    disaggregated_params: null,
    completion_usage: null,
    engine_data: null,
    ...given,
  };
}

import type { PreprocessedRequest } from "../generated/index.ts";

/** The body of `POST /v1/completions`: a list of names and values. */
export type CompletionBody = Record<string, unknown>;

/**
 * What an engine is asked for a request. `ids` asks for the tokens of the answer, `text` sends only what OpenAI's API has.
 *
 * What is null is not sent: the engine's own default counts.
 */
export function completionBody(request: PreprocessedRequest, model: string, output: "ids" | "text"): CompletionBody {
  const { sampling_options: sampling, stop_conditions: stop, output_options: options, token_ids: prompt } = request;
  const common = {
    model,
    prompt,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: stop.max_tokens,
    temperature: sampling.temperature,
    top_p: sampling.top_p,
    presence_penalty: sampling.presence_penalty,
    frequency_penalty: sampling.frequency_penalty,
    seed: sampling.seed,
    logprobs: options.logprobs,
  };
  if (output === "text") return told({ ...common, stop: stop.stop?.slice(0, MOST_STOPS) });
  const stopTokens = [stop.stop_token_ids, stop.stop_token_ids_hidden, stop.stop_token_ids_visible].flatMap(
    (ids) => ids ?? [],
  );
  return told({
    ...common,
    // Stop sequences are looked for by whoever decodes the tokens: the engine would cut its text, not its tokens.
    stop_token_ids: stopTokens.length > 0 ? [...new Set(stopTokens)] : null,
    min_tokens: stop.min_tokens,
    ignore_eos: stop.ignore_eos,
    thinking_token_budget: stop.max_thinking_tokens,
    top_k: sampling.top_k,
    min_p: sampling.min_p,
    repetition_penalty: sampling.repetition_penalty,
    length_penalty: sampling.length_penalty,
    skip_special_tokens: options.skip_special_tokens,
    structured_outputs: sampling.guided_decoding === null ? null : told({ ...sampling.guided_decoding }),
    cache_salt: request.routing?.cache_salt,
    priority: request.routing?.priority,
    return_token_ids: true,
    return_tokens_as_token_ids: options.logprobs === null ? null : true,
    add_special_tokens: false,
  });
}

/** As many as OpenAI's API takes. */
const MOST_STOPS = 4;

function told(fields: CompletionBody): CompletionBody {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

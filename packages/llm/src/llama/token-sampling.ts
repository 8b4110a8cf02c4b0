import type { PreprocessedRequest } from "../generated/index.ts";
import type { NextToken, TokenBias } from "./llama-library.ts";
import { tokenSeed } from "./token-seed.ts";

/** How the token behind `tokens` is chosen, the prompt included. `bias` forbids tokens. */
export function nextToken(
  { sampling_options: sampling, output_options }: PreprocessedRequest,
  tokens: readonly number[],
  seed: bigint,
  bias: TokenBias | null,
): NextToken {
  const { repetition_penalty, presence_penalty, frequency_penalty } = sampling;
  const isPenalised =
    (repetition_penalty ?? 1) !== 1 || (presence_penalty ?? 0) !== 0 || (frequency_penalty ?? 0) !== 0;
  return {
    token: true,
    ...(output_options.logprobs === null
      ? {}
      : {
          logits: {
            filter: { tokens: [], includeMax: true, includeSelected: true, includeTop: output_options.logprobs },
          },
          totalLogitWeight: true,
        }),
    options: {
      temperature: sampling.temperature ?? 1,
      topK: Math.max(0, sampling.top_k ?? 0),
      topP: sampling.top_p ?? 1,
      minP: sampling.min_p ?? 0,
      seed: tokenSeed(seed, tokens.length),
      ...(bias === null ? {} : { tokenBias: bias as never }),
      // All tokens so far count: where a request goes on elsewhere nobody knows which of them were the prompt.
      ...(isPenalised
        ? {
            repeatPenalty: {
              punishTokens: tokens as never[],
              penalty: repetition_penalty ?? 1,
              presencePenalty: presence_penalty ?? 0,
              frequencyPenalty: frequency_penalty ?? 0,
            },
          }
        : {}),
    },
  };
}

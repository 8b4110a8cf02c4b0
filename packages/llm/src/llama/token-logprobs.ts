import type { TopLogprob } from "../generated/index.ts";
import type { EvaluatedToken } from "./llama-library.ts";

/** How likely a token was, and the likeliest ones. */
export interface TokenLogprobs {
  readonly logprob: number;
  readonly top: TopLogprob[];
}

/** Lower ones are no numbers in JSON. */
const LEAST = -9999;

/** From the logits of a step, after its sampling options; null if they were not asked for. `count`: how many of the likeliest. */
export function tokenLogprobs({ next }: EvaluatedToken, token: number, count: number): TokenLogprobs | null {
  const { logits, totalLogitWeight } = next;
  if (logits === undefined || totalLogitWeight === undefined) return null;
  // The weight is the sum of exp(logit - largest).
  const largest = Math.max(...logits.values());
  const shift = largest + Math.log(totalLogitWeight);
  const likely = (logit: number): number => Math.max(LEAST, Math.min(0, logit - shift));
  const top = [...logits]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([token_id, logit], index) => ({
      rank: index + 1,
      token_id,
      token: null,
      logprob: likely(logit),
      bytes: null,
    }));
  return { logprob: likely(logits.get(token) ?? -Infinity), top };
}

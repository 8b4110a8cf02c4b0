import { StatorError } from "@stator/sdk";

import { type PreprocessedRequest } from "../generated/index.ts";
import { type MockEngineSettings } from "./mock-engine-settings.ts";
import { type ReceivedBlocks, type SequenceLimits } from "./sequence.ts";

/** Most of the likeliest tokens that are named. */
const MOST_LOGPROBS = 20;

/** What a request asks of a mock engine, checked. */
export interface EngineInput {
  readonly tokens: readonly number[];
  readonly limits: SequenceLimits;
  readonly seed: bigint;
  /** How many of the likeliest tokens are named; null for no probabilities. */
  readonly logprobs: number | null;
}

/** How a request is read. */
export interface InputOptions {
  /** Most tokens of prompt and answer together. */
  readonly maxLength: number;
  /** Only the prompt is read. */
  readonly prefillOnly: boolean;
  /** What another worker has computed. */
  readonly received: ReceivedBlocks | null;
}

/** @throws StatorError `invalid_request` for a prompt that is empty or too long. */
export function engineInput(
  request: PreprocessedRequest,
  settings: MockEngineSettings,
  { maxLength, prefillOnly, received }: InputOptions,
): EngineInput {
  const { token_ids: tokens, stop_conditions: stop, sampling_options: sampling, output_options: output } = request;
  if (tokens.length === 0) throw new StatorError("invalid_request", "token_ids: a prompt has at least one token.");
  const room = maxLength - tokens.length;
  if (room < (prefillOnly ? 0 : 1)) {
    const what = `token_ids: the prompt has ${tokens.length} tokens, and prompt and answer together have at most ${maxLength}`;
    throw new StatorError("invalid_request", `${what}; shorten the prompt.`);
  }
  const asked = prefillOnly ? 0 : Math.max(1, stop.max_tokens ?? room);
  const greedy = sampling.temperature === 0;
  const given = greedy || sampling.seed === null ? 0n : sampling.seed;
  return {
    tokens,
    limits: {
      maxTokens: Math.min(asked, room),
      minTokens: stop.min_tokens ?? 0,
      mayEnd: stop.ignore_eos !== true && request.eos_token_ids.length > 0,
      hiddenStops: new Set([...(stop.stop_token_ids ?? []), ...(stop.stop_token_ids_hidden ?? [])]),
      visibleStops: new Set(stop.stop_token_ids_visible ?? []),
      received,
    },
    seed: given + (BigInt(settings.seed) << 32n),
    logprobs: output.logprobs === null ? null : Math.min(output.logprobs, MOST_LOGPROBS),
  };
}

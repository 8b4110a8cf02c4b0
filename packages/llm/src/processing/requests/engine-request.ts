import type {
  ChatCompletionRequest,
  CompletionRequest,
  JsonValue,
  PreprocessedRequest,
  RoutingHints,
  StopConditions,
} from "../../generated/index.ts";
import { badRequest } from "../refused.ts";
import { type Extras, extrasOf } from "./extras.ts";
import { guidedDecoding } from "./guided-decoding.ts";

/** What a model brings to each request for it. */
export interface RequestDefaults {
  readonly eosTokenIds: readonly number[];
  /** Tokens of prompt and answer together; null for no limit that is known. */
  readonly contextLength: number | null;
}

/** What both kinds of requests have. */
type AnyRequest = Pick<
  ChatCompletionRequest & CompletionRequest,
  | "model"
  | "max_tokens"
  | "temperature"
  | "top_p"
  | "presence_penalty"
  | "frequency_penalty"
  | "seed"
  | "stop"
  | "logit_bias"
> &
  Readonly<Record<string, unknown>>;

/** What differs between a chat and a completion. */
export interface RequestDifferences {
  readonly maxTokens: number | null;
  /** How many of the likeliest tokens are named; null for no probabilities. */
  readonly logprobs: number | null;
  readonly responseFormat: JsonValue | null;
  /** The field that has the prompt. */
  readonly prompt: string;
}

/**
 * What an engine is asked for one answer to a prompt.
 *
 * @throws RequestRefusedError 400 with the field, `context_length_exceeded` for a prompt that is too long.
 */
export function engineRequest(
  request: AnyRequest,
  tokenIds: number[],
  defaults: RequestDefaults,
  { maxTokens, logprobs, responseFormat, prompt }: RequestDifferences,
): PreprocessedRequest {
  const extras = extrasOf(request);
  const greedy = extras.boolean("greed_sampling") === true;
  return {
    model: request.model,
    token_ids: tokenIds,
    stop_conditions: stopConditions(
      request,
      extras,
      answerLimit(tokenIds.length, maxTokens, defaults.contextLength, prompt),
    ),
    sampling_options: {
      n: 1,
      best_of: null,
      presence_penalty: request.presence_penalty,
      frequency_penalty: request.frequency_penalty,
      repetition_penalty: extras.number("repetition_penalty", 0, 100),
      temperature: greedy ? 0 : request.temperature,
      top_p: request.top_p,
      top_k: extras.integer("top_k", -1),
      min_p: extras.number("min_p", 0, 1),
      use_beam_search: extras.boolean("use_beam_search"),
      length_penalty: extras.number("length_penalty"),
      seed: request.seed === null ? null : BigInt(request.seed),
      include_stop_str_in_output: extras.boolean("include_stop_str_in_output"),
      guided_decoding: guidedDecoding(responseFormat, extras),
    },
    output_options: {
      logprobs,
      prompt_logprobs: null,
      skip_special_tokens: extras.boolean("skip_special_tokens"),
      formatted_prompt: null,
      return_tokens_as_token_ids: extras.boolean("return_tokens_as_token_ids"),
    },
    eos_token_ids: [...defaults.eosTokenIds],
    mdc_sum: null,
    annotations: extras.texts("annotations") ?? [],
    routing: routingHints(extras),
    prefill_result: null,
    extra_args: extraArguments(request, extras),
  };
}

/** The request for another answer to the same prompt: with a seed of its own, if there is one. */
export function withSeed(request: PreprocessedRequest, answer: number): PreprocessedRequest {
  const { sampling_options: options } = request;
  if (answer === 0 || options.seed === null) return request;
  const seed = BigInt.asIntN(64, options.seed + BigInt(answer));
  return { ...request, sampling_options: { ...options, seed } };
}

function stopConditions({ stop }: AnyRequest, extras: Extras, maxTokens: number | null): StopConditions {
  const texts = stop === null ? [] : typeof stop === "string" ? [stop] : stop;
  if (texts.includes("")) throw badRequest("stop has an empty text; it would end every answer at once.", "stop");
  const minTokens = extras.integer("min_tokens", 0);
  if (minTokens !== null && maxTokens !== null && minTokens > maxTokens) {
    throw badRequest(`min_tokens is ${minTokens}, more than the ${maxTokens} tokens of the answer.`, "min_tokens");
  }
  return {
    max_tokens: maxTokens,
    stop: texts.length > 0 ? texts : null,
    stop_token_ids: extras.tokens("stop_token_ids"),
    stop_token_ids_visible: null,
    stop_token_ids_hidden: null,
    min_tokens: minTokens,
    ignore_eos: extras.boolean("ignore_eos"),
    max_thinking_tokens: extras.integer("max_thinking_tokens", 0),
  };
}

/** How many tokens the answer may have: what is asked for, else what the context leaves. */
function answerLimit(prompt: number, asked: number | null, contextLength: number | null, param: string): number | null {
  if (contextLength === null) return asked;
  const left = contextLength - prompt;
  if (left < 1) throw contextExceeded(contextLength, `the prompt has ${prompt}`, "make it shorter", param);
  if (asked !== null && asked > left) {
    const remedy = `ask for at most ${left}, or make the prompt shorter`;
    throw contextExceeded(contextLength, `the prompt has ${prompt} and the answer may have ${asked}`, remedy, param);
  }
  return asked ?? left;
}

/** The prompt, or prompt and answer, do not fit into the model's context. */
export function contextExceeded(contextLength: number, what: string, remedy: string, param: string): Error {
  const message = `The context of this model has ${contextLength} tokens; ${what}: ${remedy}.`;
  return badRequest(message, param, "context_length_exceeded");
}

function routingHints(extras: Extras): RoutingHints | null {
  const hints: Partial<RoutingHints> = {};
  const priority = extras.integer("priority", -0x8000_0000);
  if (priority !== null) hints.priority = priority;
  const salt = extras.text("cache_salt");
  if (salt !== null) hints.cache_salt = salt;
  const expected = extras.integer("expected_output_tokens", 0);
  if (expected !== null) hints.expected_output_tokens = expected;
  const instance = extras.json("backend_instance_id");
  if (instance !== null) hints.backend_instance_id = instanceOf(instance);
  return Object.keys(hints).length === 0 ? null : { ...NO_HINTS, ...hints };
}

const NO_HINTS: RoutingHints = {
  backend_instance_id: null,
  prefill_worker_id: null,
  decode_worker_id: null,
  dp_rank: null,
  prefill_dp_rank: null,
  expected_output_tokens: null,
  lora_name: null,
  cache_salt: null,
  priority: null,
};

function instanceOf(given: JsonValue): bigint {
  const text = typeof given === "number" || typeof given === "bigint" || typeof given === "string" ? String(given) : "";
  if (/^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n) return BigInt(text);
  throw badRequest("backend_instance_id is not an instance's id.", "backend_instance_id");
}

function extraArguments({ logit_bias: bias }: AnyRequest, extras: Extras): JsonValue | null {
  const own = extras.object("extra_args") as Record<string, JsonValue> | null;
  if (own === null && bias === null) return null;
  return { ...own, ...(bias === null ? {} : { logit_bias: bias }) };
}

import { StatorError } from "@stator/sdk";

import type {
  ChatTokenLogprob,
  FinishReason,
  LLMEngineOutput,
  PreprocessedRequest,
  Tokenizer,
} from "../../generated/index.ts";
import { HeldLogprobs } from "./held-logprobs.ts";
import { IncrementalDecoder } from "./incremental-decoder.ts";
import { StopMatcher } from "./stop-matcher.ts";
import { tokenLogprobs } from "./token-logprobs.ts";
import type { TokenTexts } from "./token-texts.ts";

/** Why an answer has ended, as OpenAI names it. */
export type AnswerEnd = "stop" | "length" | "content_filter";

/** What one step of the engine adds to an answer. */
export interface AnswerPart {
  /** May be empty: a character is not complete, or a stop text may have begun. */
  readonly text: string;
  /** Of the tokens that the text shows; null if none are asked for or the engine gives none. */
  readonly logprobs: ChatTokenLogprob[] | null;
  /** Only in the last part. */
  readonly end: AnswerEnd | null;
}

/**
 * Makes text of the steps of an engine, for one answer: it decodes tokens, looks for stop texts and stop tokens, keeps to the
 * limit of tokens, and counts. It does not matter to it which engine a step comes from.
 */
export class AnswerReader {
  /** Tokens of the answer so far, with the one that ended it. */
  completionTokens = 0;
  readonly #decoder: IncrementalDecoder;
  readonly #matcher: StopMatcher | null;
  readonly #endings: ReadonlySet<number>;
  readonly #visibleEndings: ReadonlySet<number>;
  readonly #mostTokens: number;
  readonly #leastTokens: number;
  readonly #showsStop: boolean;
  readonly #held: HeldLogprobs | null;

  constructor(
    request: PreprocessedRequest,
    tokenizer: Tokenizer,
    private readonly texts: TokenTexts,
  ) {
    const { stop_conditions: conditions, sampling_options: sampling, output_options: output } = request;
    this.#decoder = new IncrementalDecoder(tokenizer, output.skip_special_tokens ?? true, request.token_ids);
    this.#matcher = conditions.stop === null ? null : new StopMatcher(conditions.stop);
    this.#endings = new Set([
      ...(conditions.ignore_eos === true ? [] : request.eos_token_ids),
      ...(conditions.stop_token_ids ?? []),
      ...(conditions.stop_token_ids_hidden ?? []),
    ]);
    this.#visibleEndings = new Set(conditions.stop_token_ids_visible);
    this.#mostTokens = conditions.max_tokens ?? Infinity;
    this.#leastTokens = conditions.min_tokens ?? 0;
    this.#showsStop = sampling.include_stop_str_in_output ?? false;
    this.#held = output.logprobs === null ? null : new HeldLogprobs();
  }

  /**
   * Takes the next step.
   *
   * @throws StatorError `internal` when the engine has failed, `cancelled` when it was told to stop.
   */
  push(item: LLMEngineOutput): AnswerPart {
    const { token_ids: ids } = item;
    const before = this.completionTokens;
    let end = endOf(item.finish_reason);
    let shown = ids.length;
    for (let at = 0; at < ids.length; at++) {
      const count = ++this.completionTokens;
      const kind = this.#ends(ids[at] ?? 0, count);
      if (kind === null) continue;
      end = kind === "length" ? (at === ids.length - 1 ? (end ?? kind) : kind) : "stop";
      shown = kind === "hidden" ? at : at + 1;
      break;
    }
    return this.#shown(item, before, shown, end);
  }

  /** Frees the decoder. */
  [Symbol.dispose](): void {
    this.#decoder[Symbol.dispose]();
  }

  #ends(id: number, count: number): "hidden" | "visible" | "length" | null {
    if (count >= this.#leastTokens) {
      if (this.#endings.has(id)) return "hidden";
      if (this.#visibleEndings.has(id)) return "visible";
    }
    return count >= this.#mostTokens ? "length" : null;
  }

  /** The text of the first `shown` tokens, as far as it may be shown. `before` tokens came with the steps before. */
  #shown(item: LLMEngineOutput, before: number, shown: number, end: AnswerEnd | null): AnswerPart {
    const { token_ids: ids, text: whole } = item;
    const logprobs = this.#held === null ? null : tokenLogprobs(item, this.texts);
    const isDecoded = whole !== null;
    const pieces = isDecoded ? [whole] : this.#decoder.push(shown === ids.length ? ids : ids.slice(0, shown));
    if (end !== null && !isDecoded) pieces.push(this.#decoder.finish());
    this.#held?.take(logprobs, isDecoded ? (item.tokens ?? pieces) : pieces, isDecoded ? ids.length : shown);
    let text = "";
    if (this.#matcher === null) text = pieces.length === 1 ? (pieces[0] ?? "") : pieces.join("");
    else {
      for (let at = 0; at < pieces.length; at++) {
        const count = isDecoded ? this.completionTokens : before + at + 1;
        const piece = pieces[at] ?? "";
        if (count < this.#leastTokens) {
          text += piece;
          continue;
        }
        const matched = this.#matcher.push(piece);
        text += matched.text;
        if (matched.stop === null) continue;
        if (this.#showsStop) text += matched.stop;
        if (!isDecoded) this.completionTokens = Math.min(this.completionTokens, count);
        return { text, logprobs: this.#held?.give(text.length, true) ?? null, end: "stop" };
      }
      if (end !== null) text += this.#matcher.finish();
    }
    return { text, logprobs: this.#held?.give(text.length, end !== null) ?? null, end };
  }
}

function endOf(reason: FinishReason | null): AnswerEnd | null {
  switch (reason) {
    case null:
      return null;
    case "eos":
    case "stop":
      return "stop";
    case "length":
    case "content_filter":
      return reason;
    case "cancelled":
      throw new StatorError("cancelled", "The engine has ended the answer because it was cancelled.");
    default:
      throw new StatorError("internal", `The engine has failed: ${reason.error}`);
  }
}

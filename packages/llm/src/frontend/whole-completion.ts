import type { CompletionChoice, CompletionLogprobs } from "../generated/index.ts";
import { brokenAnswer } from "./whole-answer.ts";
import { type WholeChoice, WholeParts } from "./whole-parts.ts";

/** One of the answers, as far as it has come. */
class Choice implements WholeChoice<CompletionChoice> {
  private text = "";
  private logprobs: CompletionLogprobs | null = null;
  private finished: string | null = null;

  add({ text, logprobs, finish_reason }: CompletionChoice): void {
    this.text += text;
    if (logprobs !== null) append((this.logprobs ??= none()), logprobs);
    if (finish_reason !== null) this.finished = finish_reason;
  }

  json(index: number): object {
    if (this.finished === null) throw brokenAnswer();
    return { text: this.text, index, logprobs: this.logprobs, finish_reason: this.finished };
  }
}

function none(): CompletionLogprobs {
  return { tokens: [], token_logprobs: [], top_logprobs: null, text_offset: [] };
}

function append(all: CompletionLogprobs, more: CompletionLogprobs): void {
  all.tokens.push(...more.tokens);
  all.token_logprobs.push(...more.token_logprobs);
  if (more.top_logprobs !== null) (all.top_logprobs ??= []).push(...more.top_logprobs);
  all.text_offset.push(...more.text_offset);
}

/** Puts the parts of a completion together. */
export class WholeCompletion extends WholeParts<CompletionChoice> {
  constructor() {
    super({ prefix: "cmpl-", object: "text_completion", begin: () => new Choice() });
  }
}

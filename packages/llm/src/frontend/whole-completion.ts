import type { Completion, CompletionChoice, CompletionLogprobs } from "../generated/index.ts";
import { prefixed } from "./part-writer.ts";
import { usageJson } from "./usage-json.ts";
import { brokenAnswer, type WholeAnswer } from "./whole-answer.ts";

/** One of the answers, as far as it has come. */
class Choice {
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
export class WholeCompletion implements WholeAnswer<Completion> {
  private first: Completion | null = null;
  private readonly choices = new Map<number, Choice>();
  private usage: object | null = null;

  add(part: Completion): void {
    this.first ??= part;
    for (const choice of part.choices) {
      let known = this.choices.get(choice.index);
      if (known === undefined) this.choices.set(choice.index, (known = new Choice()));
      known.add(choice);
    }
    if (part.usage !== null) this.usage = usageJson(part.usage);
  }

  json(): object {
    if (this.first === null || this.choices.size === 0) throw brokenAnswer();
    const { id, created, model, system_fingerprint } = this.first;
    return {
      id: prefixed(id, "cmpl-"),
      object: "text_completion",
      created,
      model,
      choices: [...this.choices].toSorted(([a], [b]) => a - b).map(([index, choice]) => choice.json(index)),
      ...(this.usage === null ? {} : { usage: this.usage }),
      ...(system_fingerprint === null ? {} : { system_fingerprint }),
    };
  }
}

import type { ChatChunkChoice, ChatCompletionChunk, ChatTokenLogprob } from "../generated/index.ts";
import { prefixed } from "./part-writer.ts";
import { ToolCalls } from "./tool-calls.ts";
import { usageJson } from "./usage-json.ts";
import { brokenAnswer, type WholeAnswer } from "./whole-answer.ts";

/** One of the answers, as far as it has come. */
class Choice {
  private role = "assistant";
  private content: string | null = null;
  private reasoning: string | null = null;
  private readonly calls = new ToolCalls();
  private likely: ChatTokenLogprob[] | null = null;
  private unlikely: ChatTokenLogprob[] | null = null;
  private hasLogprobs = false;
  private finished: string | null = null;

  add({ delta, logprobs, finish_reason }: ChatChunkChoice): void {
    const { role, content, reasoning_content, tool_calls } = delta;
    if (role !== null) this.role = role;
    if (content !== null) this.content = (this.content ?? "") + content;
    if (reasoning_content !== null) this.reasoning = (this.reasoning ?? "") + reasoning_content;
    if (tool_calls !== null) this.calls.add(tool_calls);
    if (logprobs !== null) {
      this.hasLogprobs = true;
      if (logprobs.content !== null) (this.likely ??= []).push(...logprobs.content);
      if (logprobs.refusal !== null) (this.unlikely ??= []).push(...logprobs.refusal);
    }
    if (finish_reason !== null) this.finished = finish_reason;
  }

  json(index: number): object {
    if (this.finished === null) throw brokenAnswer();
    const calls = this.calls.whole();
    const message = {
      role: this.role,
      // An answer without a word is one, unless it calls a tool.
      content: this.content === "" && calls !== null ? null : (this.content ?? (calls === null ? "" : null)),
      refusal: null,
      ...(this.reasoning === null ? {} : { reasoning_content: this.reasoning }),
      ...(calls === null ? {} : { tool_calls: calls }),
    };
    const logprobs = this.hasLogprobs ? { content: this.likely, refusal: this.unlikely } : null;
    return { index, message, logprobs, finish_reason: this.finished };
  }
}

/** Puts the parts of a chat together. */
export class WholeChat implements WholeAnswer<ChatCompletionChunk> {
  private first: ChatCompletionChunk | null = null;
  private readonly choices = new Map<number, Choice>();
  private usage: object | null = null;

  add(part: ChatCompletionChunk): void {
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
      id: prefixed(id, "chatcmpl-"),
      object: "chat.completion",
      created,
      model,
      choices: [...this.choices].toSorted(([a], [b]) => a - b).map(([index, choice]) => choice.json(index)),
      ...(this.usage === null ? {} : { usage: this.usage }),
      ...(system_fingerprint === null ? {} : { system_fingerprint }),
    };
  }
}

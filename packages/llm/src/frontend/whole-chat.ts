import type { ChatChunkChoice, ChatTokenLogprob } from "../generated/index.ts";
import { ToolCalls } from "./tool-calls.ts";
import { brokenAnswer } from "./whole-answer.ts";
import { type WholeChoice, WholeParts } from "./whole-parts.ts";

/** One of the answers, as far as it has come. */
class Choice implements WholeChoice<ChatChunkChoice> {
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
export class WholeChat extends WholeParts<ChatChunkChoice> {
  constructor() {
    super({ prefix: "chatcmpl-", object: "chat.completion", begin: () => new Choice() });
  }
}

import type { ChatChunkChoice, ChatDelta, JsonValue } from "../generated/index.ts";
import type { AnswerPart } from "./answers/answer-reader.ts";
import { ReasoningSplitter, type ReasoningFormat } from "./tools/reasoning.ts";
import { callId, type ToolCallFormat, ToolCallParser } from "./tools/tool-calls.ts";

/** How the text of a model becomes the parts of a chat answer. */
export interface ChatFormat {
  readonly reasoning: ReasoningFormat | null;
  readonly toolCalls: ToolCallFormat | null;
  /** The whole answer are the arguments of this tool. */
  readonly namedTool: string | null;
  /** The end of the prompt. */
  readonly promptEnd: string;
}

/** Writes one answer of a chat, part by part. */
export class ChatChoice {
  readonly #reasoning: ReasoningSplitter | null;
  readonly #tools: ToolCallParser | null;
  #hasBegun = false;
  #hasNamed = false;

  constructor(
    private readonly index: number,
    private readonly format: ChatFormat,
  ) {
    this.#reasoning = format.reasoning === null ? null : new ReasoningSplitter(format.reasoning, format.promptEnd);
    this.#tools = format.toolCalls === null ? null : new ToolCallParser(format.toolCalls);
  }

  /** What a part adds to the answer; null for nothing yet. */
  push(part: AnswerPart): ChatChunkChoice | null {
    const { end, logprobs } = part;
    const delta = this.#delta(part.text, end !== null);
    const hasLogprobs = logprobs !== null && logprobs.length > 0;
    const isEmpty = delta.content === null && delta.reasoning_content === null && delta.tool_calls === null;
    if (isEmpty && !hasLogprobs && end === null) return null;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      delta.role = "assistant";
      if (isEmpty) delta.content = "";
    }
    return {
      index: this.index,
      delta,
      logprobs: hasLogprobs ? { content: logprobs, refusal: null } : null,
      finish_reason: end === "stop" && (this.#tools?.count ?? 0) > 0 ? "tool_calls" : end,
    };
  }

  #delta(text: string, last: boolean): ChatDelta {
    const { reasoning, content } = this.#reasoning?.push(text, last) ?? { reasoning: "", content: text };
    const delta: ChatDelta = { role: null, content: null, reasoning_content: null, tool_calls: null };
    if (reasoning !== "") delta.reasoning_content = reasoning;
    if (this.format.namedTool !== null) {
      if (content !== "" || last) delta.tool_calls = this.#arguments(this.format.namedTool, content);
      return delta;
    }
    const said = this.#tools?.push(content, last);
    const shown = said?.content ?? content;
    if (shown !== "") delta.content = shown;
    if (said !== undefined && said.calls.length > 0) delta.tool_calls = said.calls;
    return delta;
  }

  #arguments(name: string, text: string): JsonValue[] | null {
    if (this.#hasNamed) return text === "" ? null : [{ index: 0, function: { arguments: text } }];
    this.#hasNamed = true;
    return [{ index: 0, id: callId(), type: "function", function: { name, arguments: text } }];
  }
}

import type { ChatChunkChoice, CompletionChoice } from "../generated/index.ts";
import { jsonText, withoutNulls } from "./without-nulls.ts";

/** A choice of a part of a chat, as JSON. */
export function chatChoiceText(choice: ChatChunkChoice): string {
  const { index, delta, logprobs, finish_reason } = choice;
  const { role, content, reasoning_content, tool_calls } = delta;
  // Nearly all parts are a piece of text and nothing else.
  if (content !== null && role === null && reasoning_content === null && tool_calls === null && logprobs === null) {
    return `{"index":${index},"delta":{"content":${JSON.stringify(content)}},"logprobs":null,"finish_reason":${reason(finish_reason)}}`;
  }
  return jsonText({ index, delta: withoutNulls(delta), logprobs, finish_reason });
}

/** A choice of a part of a completion, as JSON. */
export function completionChoiceText({ index, text, logprobs, finish_reason }: CompletionChoice): string {
  const likely = logprobs === null ? "null" : JSON.stringify(logprobs);
  return `{"text":${JSON.stringify(text)},"index":${index},"logprobs":${likely},"finish_reason":${reason(finish_reason)}}`;
}

function reason(finished: string | null): string {
  return finished === null ? "null" : JSON.stringify(finished);
}

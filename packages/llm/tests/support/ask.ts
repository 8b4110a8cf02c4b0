import {
  type ChatCompletionChunk,
  ChatCompletionRequest,
  type ChatCompletionRequestInput,
  type Completion,
  CompletionRequest,
  type CompletionRequestInput,
  type Prompt,
} from "@stator/llm";

import { MODEL } from "./tiny-engine.ts";

export function chat(given: Partial<ChatCompletionRequestInput> = {}): ChatCompletionRequest {
  return ChatCompletionRequest.parse({ model: MODEL, messages: [{ role: "user", content: "Hi 你" }], ...given });
}

export function completion(prompt: Prompt, given: Partial<CompletionRequestInput> = {}): CompletionRequest {
  return CompletionRequest.parse({ model: MODEL, prompt, ...given });
}

/** The whole of one answer. */
export interface Whole {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: unknown[];
  readonly finish: string | null;
}

export function wholeChat(chunks: readonly ChatCompletionChunk[], index = 0): Whole {
  const choices = chunks.flatMap((chunk) => chunk.choices.filter((choice) => choice.index === index));
  return {
    content: choices.map(({ delta }) => delta.content ?? "").join(""),
    reasoning: choices.map(({ delta }) => delta.reasoning_content ?? "").join(""),
    calls: choices.flatMap(({ delta }) => delta.tool_calls ?? []),
    finish: choices.at(-1)?.finish_reason ?? null,
  };
}

export function wholeText(parts: readonly Completion[], index = 0): { text: string; finish: string | null } {
  const choices = parts.flatMap((part) => part.choices.filter((choice) => choice.index === index));
  return { text: choices.map(({ text }) => text).join(""), finish: choices.at(-1)?.finish_reason ?? null };
}

import { expect, test } from "bun:test";

import { graph } from "@stator/sdk";
import { testCluster } from "@stator/sdk/testing";

import {
  type ChatCompletionChunk,
  type ChatCompletionRequestInput,
  ChatCompletionRequest,
  Processor,
} from "@stator/llm";

import { MODEL, tokenizer, tokensOf, TinyEngine } from "./support/tiny-engine.ts";

const started = () => testCluster(graph(Processor).link(TinyEngine));

function chat(given: Partial<ChatCompletionRequestInput>): ChatCompletionRequest {
  return ChatCompletionRequest.parse({ model: MODEL, messages: [{ role: "user", content: "Hi 你" }], ...given });
}

function text(chunks: readonly ChatCompletionChunk[], index = 0): string {
  return chunks
    .flatMap(({ choices }) => choices.filter((each) => each.index === index))
    .map(({ delta }) => delta.content ?? "")
    .join("");
}

test("a chat is a stream of parts whose text is that of the engine's tokens", async () => {
  await using cluster = await started();
  const chunks = await Array.fromAsync(cluster.client(Processor).chat(chat({ max_tokens: 300, seed: 7 })));
  const prompt = cluster.instance(TinyEngine).service.requests[0]?.token_ids ?? [];
  expect(tokenizer.decode(prompt, false)).toBe("<|im_start|>user\nHi 你<|im_end|>\n<|im_start|>assistant\n");
  expect(text(chunks)).toBe(tokenizer.decode(tokensOf(prompt, 300, 7n), true));
});

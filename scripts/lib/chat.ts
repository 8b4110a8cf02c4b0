import type { ChatCompletionChunk } from "@stator/llm";

import { serverSentEvents } from "./server-sent-events.ts";

/** What an answer took. */
export interface Answered {
  readonly text: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Time to the first token, and to the last, in milliseconds. */
  readonly firstMs: number;
  readonly totalMs: number;
}

/** A conversation with a model behind OpenAI's API. */
export class Chat {
  private readonly messages: { role: "user" | "assistant"; content: string }[] = [];

  constructor(
    private readonly url: string,
    private readonly model: string,
    private readonly maxTokens: number,
  ) {}

  /** Says something, and gives the answer; `write` gets its parts as they come. What fails is not part of the conversation. */
  async say(content: string, write: (part: string) => void): Promise<Answered> {
    const { model, maxTokens: max_tokens } = this;
    const messages = [...this.messages, { role: "user" as const, content }];
    const asked = { model, messages, max_tokens, stream: true, stream_options: { include_usage: true } };
    const begun = performance.now();
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify(asked),
    });
    if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
    let text = "";
    let first: number | null = null;
    let usage: ChatCompletionChunk["usage"] = null;
    for await (const part of serverSentEvents(response.body)) {
      const chunk = part as ChatCompletionChunk & { error?: { message: string } };
      if (chunk.error !== undefined) throw new Error(chunk.error.message);
      const piece = chunk.choices[0]?.delta.content ?? "";
      if (piece !== "") first ??= performance.now();
      text += piece;
      write(piece);
      usage = chunk.usage ?? usage;
    }
    this.messages.push({ role: "user", content }, { role: "assistant", content: text });
    const ended = performance.now();
    return {
      text,
      promptTokens: usage?.prompt_tokens ?? 0,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      completionTokens: usage?.completion_tokens ?? 0,
      firstMs: (first ?? ended) - begun,
      totalMs: ended - begun,
    };
  }
}

/** An answer's figures, in a line. */
export function figures(answered: Answered, worker: string): string {
  const { promptTokens, cachedTokens, completionTokens, firstMs, totalMs } = answered;
  const seconds = (totalMs - firstMs) / 1000;
  const speed = completionTokens > 1 && seconds > 0 ? `${((completionTokens - 1) / seconds).toFixed(0)} tok/s` : "";
  const prompt = `prompt ${promptTokens} tokens, ${cachedTokens} cached`;
  const times = `first after ${firstMs.toFixed(0)} ms`;
  return [`worker ${worker}`, prompt, `answer ${completionTokens} tokens`, times, speed].filter(Boolean).join(" · ");
}

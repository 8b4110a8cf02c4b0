import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { graph, serve, type Serving } from "@stator/sdk";
import OpenAI from "openai";

import { Frontend, LlamaWorker, MOCK_MODEL_FOLDER, Processor } from "../../src/index.ts";
import { writeTinyModel } from "./tiny-model.ts";

setDefaultTimeout(60_000);

let folder = "";
let serving: Serving;
let client: OpenAI;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stator-llama-"));
  const path = join(folder, "tiny.gguf");
  await writeTinyModel(path);
  const settings = { path, model: "tiny", modelFolder: MOCK_MODEL_FOLDER, gpu: "none", threads: 1, embeddings: true };
  serving = await serve(graph(Frontend).link(Processor).link(LlamaWorker), {
    withDependencies: true,
    http: { port: 0 },
    runtime: { discovery: "memory" },
    configuration: { LlamaWorker: settings },
    signals: false,
  });
  client = new OpenAI({ baseURL: `${serving.url}/v1`, apiKey: "none", maxRetries: 0 });
});

afterAll(async () => {
  await serving.stop();
  await rm(folder, { recursive: true });
});

const CHAT = {
  model: "tiny",
  messages: [{ role: "user" as const, content: "Say something. 日本 🦀" }],
  max_completion_tokens: 24,
  temperature: 1,
  seed: 5,
};

test("a chat through front end, processor and llama.cpp, in one piece and as a stream", async () => {
  const models = await client.models.list();
  expect(models.data.map(({ id }) => id)).toEqual(["tiny"]);

  const whole = await client.chat.completions.create(CHAT);
  const text = whole.choices[0]?.message.content ?? "";
  expect(text).not.toBe("");
  expect(whole.usage?.completion_tokens).toBeGreaterThan(0);

  let streamed = "";
  let usage: OpenAI.CompletionUsage | null | undefined;
  let finish: string | null = null;
  const stream = await client.chat.completions.create({
    ...CHAT,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const part of stream) {
    streamed += part.choices[0]?.delta.content ?? "";
    finish ??= part.choices[0]?.finish_reason ?? null;
    usage = part.usage ?? usage;
  }
  expect(streamed).toBe(text);
  expect(["length", "stop"]).toContain(finish ?? "");
  expect(usage).toMatchObject({
    prompt_tokens: whole.usage?.prompt_tokens,
    completion_tokens: whole.usage?.completion_tokens,
    // The second time the prompt was known.
    prompt_tokens_details: { cached_tokens: (whole.usage?.prompt_tokens ?? 0) - 1 },
  });
});

test("a completion with several answers and logprobs", async () => {
  const { choices, usage } = await client.completions.create({
    model: "tiny",
    prompt: "one two",
    n: 3,
    seed: 1,
    max_tokens: 6,
    logprobs: 2,
  });
  expect(choices.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  expect(new Set(choices.map(({ text }) => text)).size).toBeGreaterThan(1);
  expect(choices[0]?.logprobs?.token_logprobs?.every((value) => value <= 0)).toBe(true);
  expect(usage?.completion_tokens).toBeGreaterThan(3);
});

test("a chat that is left gives its sequence back", async () => {
  const leaving = new AbortController();
  const endless = { ...CHAT, max_completion_tokens: 300, stream: true as const };
  const stream = await client.chat.completions.create(endless, { signal: leaving.signal });
  for await (const { choices } of stream) if (choices.length > 0) leaving.abort();
  // All four are free for others at once.
  const others = await Promise.all([1, 2, 3, 4].map((seed) => client.chat.completions.create({ ...CHAT, seed })));
  expect(others.map(({ choices }) => choices.length)).toEqual([1, 1, 1, 1]);
});

test("the vectors of texts", async () => {
  const { data, usage } = await client.embeddings.create({
    model: "tiny",
    input: ["one", "two three"],
    encoding_format: "float",
  });
  expect(data.map(({ embedding }) => embedding.length)).toEqual([32, 32]);
  expect(usage.prompt_tokens).toBeGreaterThan(1);
});

test("a prompt that is longer than the model's context is the client's fault", async () => {
  const error: unknown = await client.completions
    .create({ model: "tiny", prompt: "x ".repeat(2000), max_tokens: 5 })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ status: 400 });
});

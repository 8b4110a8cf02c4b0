import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

import { graph, serve } from "@stator/sdk";
import OpenAI from "openai";

import { Frontend, KvRouter, MOCK_MODEL_FOLDER, RoutedProcessor, VllmWorker } from "../../src/index.ts";

setDefaultTimeout(60_000);

test("a chat through front end, processor, router and an engine, whose events lead the next one to it", async () => {
  const executable = join(import.meta.dir, "programs", "vllm");
  const settings = { model: "tiny", modelFolder: MOCK_MODEL_FOLDER, blockSize: 16, serve: { executable } };
  await using serving = await serve(graph(Frontend).link(RoutedProcessor).link(KvRouter).link(VllmWorker), {
    withDependencies: true,
    http: { port: 0 },
    runtime: { discovery: "memory" },
    configuration: { VllmWorker: settings },
    signals: false,
  });
  const client = new OpenAI({ baseURL: `${serving.url}/v1`, apiKey: "none", maxRetries: 0 });
  const chat = {
    model: "tiny",
    messages: [{ role: "user" as const, content: "word ".repeat(60) }],
    max_completion_tokens: 20,
    seed: 1,
  };
  const first = await client.chat.completions.create(chat);
  expect(first.usage?.completion_tokens).toBe(20);
  expect(first.choices[0]?.finish_reason).toBe("length");

  await using router = await serving.runtime
    .endpoint("llm.router.state")
    .client<object, { workers: { cached_blocks: number }[] }>();
  await router.waitForInstances();
  const blocks = Math.floor(((first.usage?.prompt_tokens ?? 0) + 20) / 16);
  // Events travel while the answer does.
  while ((await router.generate({}).one()).workers[0]?.cached_blocks !== blocks) await Bun.sleep(5);

  const again = await client.chat.completions.create(chat);
  expect(again.choices[0]?.message.content).toBe(first.choices[0]?.message.content ?? "");
  const prompt = again.usage?.prompt_tokens ?? 0;
  expect(again.usage?.prompt_tokens_details?.cached_tokens).toBe(Math.floor(prompt / 16) * 16);
});

import { afterAll, beforeAll, expect, test } from "bun:test";

import { graph, serve, type Serving } from "@stator/sdk";
import OpenAI, { BadRequestError, NotFoundError } from "openai";

import { Frontend, MockEngine, Processor } from "../../src/index.ts";
import { metric } from "./metric.ts";

let serving: Serving;
let client: OpenAI;
let url: string;
beforeAll(async () => {
  serving = await serve(graph(Frontend).link(Processor).link(MockEngine), {
    http: { port: 0 },
    runtime: { discovery: "memory" },
    signals: false,
    configuration: { MockEngine: { speedup: 0, echo: true } },
  });
  url = serving.url ?? "";
  client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0 });
  // Discovery tells of the model a moment after its worker has started.
  while ((await client.models.list()).data.length === 0) await new Promise(setImmediate);
});
afterAll(() => serving.stop());

const TEXT = "Grüezi 世界, 🦀🧪 und mehr.";
const ask = (more: object = {}) => ({
  model: "mock-model",
  messages: [{ role: "user" as const, content: TEXT }],
  max_completion_tokens: 300,
  seed: 3,
  ...more,
});

const fails = (more: object) => client.chat.completions.create(ask(more)).catch((error: unknown) => error);

/** What the engine has to do. */
async function engineState(): Promise<{ running: number; waiting: number }> {
  const { runtime } = serving;
  await using engine = await runtime.endpoint("llm.engine.state").client<null, { running: number; waiting: number }>();
  await engine.waitForInstances();
  return engine.generate(null).one();
}

test("the same answer, in one piece and as a stream, with every character whole", async () => {
  const whole = await client.chat.completions.create(ask());
  const [choice] = whole.choices;
  expect(choice?.message.content).toContain(TEXT);
  const stream = await client.chat.completions.create({
    ...ask(),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let usage: OpenAI.CompletionUsage | null = null;
  for await (const part of stream) {
    text += part.choices[0]?.delta.content ?? "";
    usage = part.usage ?? usage;
  }
  expect(text).toBe(choice?.message.content ?? "");
  expect(usage?.total_tokens).toBe(whole.usage?.total_tokens ?? 0);
});

test("several answers, stops, and a completion", async () => {
  const several = await client.chat.completions.create(ask({ n: 3, max_completion_tokens: 5 }));
  expect(several.choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
    [0, "length"],
    [1, "length"],
    [2, "length"],
  ]);
  const stopped = await client.completions.create({ model: "mock-model", prompt: TEXT, max_tokens: 300, stop: "🦀" });
  expect(stopped.choices[0]).toMatchObject({ finish_reason: "stop", text: "Grüezi 世界, " });
});

test("what the processor refuses comes as OpenAI's error", async () => {
  const missing = await fails({ model: "other" });
  expect(missing).toBeInstanceOf(NotFoundError);
  expect(missing).toMatchObject({ code: "model_not_found", param: "model" });
  const long = await fails({ messages: [{ role: "user", content: "word ".repeat(20_000) }] });
  expect(long).toBeInstanceOf(BadRequestError);
  expect(long).toMatchObject({ code: "context_length_exceeded" });
});

test("200 chats at once, of which a fifth is left at random: every place in the engine is free again", async () => {
  const before = await metric(url, "dynamo_frontend_disconnected_clients");
  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, at) => {
      const leaves = at % 5 === 0;
      const more = { max_completion_tokens: leaves ? 4000 : 40, ignore_eos: true };
      const stream = await client.chat.completions.create({ ...ask(more), stream: true });
      let parts = 0;
      for await (const part of stream) {
        parts += part.choices.length;
        if (leaves && parts > (at * 7) % 30) return "left";
        if (part.choices[0]?.finish_reason !== null && part.choices[0] !== undefined) return "whole";
      }
      return "broken";
    }),
  );
  expect([answers.filter((each) => each === "left").length, answers.filter((each) => each === "whole").length]).toEqual(
    [40, 160],
  );
  while ((await metric(url, "dynamo_frontend_inflight_requests")) > 0) await new Promise(setImmediate);
  expect((await metric(url, "dynamo_frontend_disconnected_clients")) - before).toBeGreaterThan(0);
  for (;;) {
    const { running, waiting } = await engineState();
    if (running + waiting === 0) break;
    await new Promise(setImmediate);
  }
}, 60_000);

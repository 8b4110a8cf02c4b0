/** Models across languages: the original's front end before an engine in TypeScript, and our processor before its simulated engine. */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type ChatCompletionChunk, MOCK_MODEL_FOLDER, MockEngine, Processor } from "@stator/llm";
import { graph, serve } from "@stator/sdk";

import { freePort } from "../../scripts/lib/servers/free-port.ts";
import { upstreamWheel } from "../../scripts/lib/upstream/upstream-wheel.ts";
import { upstreamCommand } from "../support/upstream.ts";

const wheel = await upstreamWheel();
const fixture = (name: string): string => join(import.meta.dir, "fixtures", "llm", name);

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "stator-interop-llm-"));

  /** Where the original's programs look too. */
  get discovery(): string {
    return join(this.path, `upstream-${wheel.version}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

const runtimeIn = (folder: Folder) =>
  ({ discovery: "file", filePath: folder.discovery, requestPlane: "dynamo", host: "127.0.0.1" }) as const;

const ask = { messages: [{ role: "user", content: "Tell me of bridges, 桥 and 🌉." }], max_tokens: 24 } as const;

/** Asks until the model is served: front ends load it some time after it was registered. */
async function answered(url: string, body: object): Promise<Response> {
  for (;;) {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(url, init).catch(() => null);
    if (response?.status === 200) return response;
    await response?.text();
    await Bun.sleep(100);
  }
}

test("the original's front end finds a MockEngine, asks it and streams its answers", async () => {
  using folder = new Folder();
  await using serving = await serve(MockEngine, { runtime: runtimeIn(folder), signals: false });
  const port = freePort();
  await using frontEnd = upstreamCommand(wheel, folder.path, [fixture("front_end.py"), String(port)]);
  const url = `http://127.0.0.1:${port}/v1/chat/completions`;
  const whole = (await (await answered(url, { model: "mock-model", ...ask })).json()) as {
    choices: [{ message: { content: string }; finish_reason: string }];
    usage: { prompt_tokens: number; completion_tokens: number };
  };
  expect(whole.choices[0].message.content).not.toBe("");
  expect(whole.usage.prompt_tokens).toBeGreaterThan(20);
  expect(whole.usage.completion_tokens).toBeGreaterThan(0);

  // The same prompt has the same answer, token by token.
  const streamed = await (await answered(url, { model: "mock-model", ...ask, stream: true })).text();
  const chunks = streamed
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice(6)) as ChatCompletionChunk);
  const text = chunks.map(({ choices: [choice] }) => choice?.delta.content ?? "").join("");
  expect(text).toBe(whole.choices[0].message.content);
  expect(streamed.trimEnd().endsWith("data: [DONE]")).toBeTrue();
  expect(serving.runtime.instanceId).toBeGreaterThan(0n);
  frontEnd.signal("SIGTERM");
});

test("a processor finds the original's simulated engine, and turns its tokens into an answer", async () => {
  using folder = new Folder();
  await using mocker = upstreamCommand(wheel, folder.path, [fixture("mocker.py"), MOCK_MODEL_FOLDER]);
  const processors = graph(Processor).link(MockEngine).elsewhere(MockEngine);
  await using serving = await serve(processors, { runtime: runtimeIn(folder), signals: false });
  const { runtime } = serving;
  for await (const models of runtime.models.watch()) if (models.length > 0) break;
  await using client = await runtime.endpoint("llm.processor.chat").client<object, ChatCompletionChunk>();
  await client.waitForInstances();
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of client.generate({ model: "mocker", ...ask })) chunks.push(chunk);
  const [last] = chunks.slice(-1);
  expect(last?.usage).toMatchObject({ completion_tokens: 24 });
  const ends = chunks.flatMap(({ choices }) => choices.map(({ finish_reason: reason }) => reason)).filter(Boolean);
  expect(ends).toEqual(["length"]);
  mocker.signal("SIGTERM");
});

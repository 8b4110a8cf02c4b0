import { expect, test } from "bun:test";

import type { ChatCompletion, MockEngineState, RoutingState } from "@stator/llm";
import { type Graph, serve } from "@stator/sdk";

import { serverSentEvents } from "../../../scripts/lib/server-sent-events.ts";
import { agg, aggRouter, disagg, disaggRouter } from "./graphs.ts";

const graphs: Readonly<Record<string, Graph>> = { agg, agg_router: aggRouter, disagg, disagg_router: disaggRouter };
const folder = "apps/examples/llm";
const question =
  "A question that is long enough for a prefill worker: it has more tokens than decode workers read. ".repeat(3);

/** Answers of one graph in this process, whole and streamed. */
async function answers(name: string, graph: Graph) {
  const engine = { speedup: 0, blocks: 512, prefillQueue: `examples ${process.pid} ${name}` };
  await using serving = await serve(graph, {
    http: { port: 0 },
    runtime: { discovery: "memory", requestPlane: "memory", memoryCluster: name },
    configuration: name.startsWith("agg")
      ? { MockEngine: { speedup: 0, blocks: 512 } }
      : { MockDecodeEngine: { ...engine, maxLocalPrefill: 32 }, MockPrefillEngine: engine },
    signals: false,
  });
  const ask = async (stream: boolean): Promise<Response> => {
    const messages = [{ role: "user", content: question }];
    const body = JSON.stringify({ model: "mock-model", messages, stream, max_tokens: 24, min_tokens: 24, seed: 5 });
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${serving.url}/v1/chat/completions`, { method: "POST", body, headers });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return response;
  };
  const whole = (await (await ask(false)).json()) as ChatCompletion;
  const { body } = await ask(true);
  if (body === null) throw new Error("There is no body.");
  const parts = (await Array.fromAsync(serverSentEvents(body))) as { choices: { delta: { content?: string } }[] }[];
  const streamed = parts.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  return { text: whole.choices[0]?.message.content, streamed, usage: whole.usage };
}

test("the graphs are in order, with the configuration that they come with", () => {
  for (const [name, graph] of Object.entries(graphs)) {
    expect(graph.check({ gpus: [], files: [`${folder}/${name}.yaml`] })).toEqual([]);
  }
});

test("each of them chats, in one process; all say the same", async () => {
  const all = [];
  for (const [name, graph] of Object.entries(graphs)) all.push(await answers(name, graph));
  const [first] = all;
  expect(first?.usage).toMatchObject({ completion_tokens: 24 });
  for (const { text, streamed } of all) expect([text, streamed]).toEqual([first?.text, first?.text]);
}, 120_000);

test("200 chats at once, every fifth of which is left in the middle: no slot, no block and no place stays taken", async () => {
  await using serving = await serve(aggRouter, {
    http: { port: 0 },
    runtime: { discovery: "memory", requestPlane: "memory", memoryCluster: "leaving" },
    configuration: { MockEngine: { speedup: 20, blocks: 1024, maxSequences: 32 } },
    signals: false,
  });
  const chat = async (index: number): Promise<string> => {
    const leaving = new AbortController();
    const messages = [{ role: "user", content: `Chat ${index}. ${"All of them begin alike. ".repeat(index % 7)}` }];
    const limits = { max_tokens: 16, min_tokens: 16, seed: index };
    const response = await fetch(`${serving.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "mock-model", messages, stream: true, ...limits }),
      signal: leaving.signal,
    });
    if (!response.ok || response.body === null) return `${response.status}`;
    let parts = 0;
    try {
      for await (const _ of serverSentEvents(response.body)) {
        parts += 1;
        if (index % 5 !== 0 || parts <= index % 6) continue;
        leaving.abort();
        break;
      }
    } catch (error) {
      if (!leaving.signal.aborted) throw error;
    }
    if (leaving.signal.aborted) return "left";
    return "whole";
  };
  const ends = await Promise.all(Array.from({ length: 200 }, (_, index) => chat(index)));
  const count = (wanted: string): number => ends.filter((end) => end === wanted).length;
  expect([count("whole"), count("left")]).toEqual([160, 40]);
  const { runtime } = serving;
  await using engine = await runtime.endpoint("llm.engine.state").client<null, MockEngineState>();
  await using router = await runtime.endpoint("llm.router.state").client<object, RoutingState>();
  await Promise.all([engine.waitForInstances(), router.waitForInstances()]);
  const free = async (): Promise<boolean> => {
    const { running, waiting, usedBlocks } = await engine.generate(null).one();
    const { workers } = await router.generate({}).one();
    return running + waiting + usedBlocks + workers.reduce((sum, each) => sum + each.active_requests, 0) === 0;
  };
  while (!(await free())) await Bun.sleep(5);
  expect((await engine.generate(null).one()).requests).toBe(200);
}, 120_000);

import { expect, test } from "bun:test";

import type { ChatCompletion } from "@stator/llm";
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
}, 60_000);

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { streamWords } from "../../scripts/lib/stream-words.ts";
import { root } from "../support/command.ts";
import { Graph } from "../support/graph.ts";

let graph: Graph;
beforeAll(async () => {
  graph = await Graph.start("apps/examples/hello-world/frontend.ts#Frontend");
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

test("the words of a text come back in order, with the three instances that each of them passed", async () => {
  const text = readFileSync(join(root, "apps/examples/hello-world/words.txt"), "utf8");
  const words = await Array.fromAsync(streamWords(graph.url, text));
  expect(words.map((word) => word.text)).toEqual(text.split(/\s+/).filter((word) => word !== ""));
  expect(words.map((word) => word.index)).toEqual(words.map((_, index) => index));
  const way = (["Backend", "Middle", "Frontend"] as const).map((service) => ({
    service,
    instance: BigInt(graph.worker(`hello.${service.toLowerCase()}`).instanceId),
  }));
  for (const word of words) expect(word.servedBy).toEqual(way);
});

test("each service has a process of its own", () => {
  expect(new Set(graph.pids()).size).toBe(3);
  expect(graph.pids()).not.toContain(graph.command.pid);
});

test("server-sent events carry the same words", async () => {
  const response = await fetch(`${graph.url}/generate`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ text: "two words" }),
  });
  const events = (await response.text()).trim().split("\n\n");
  const texts = events.map((event) => (JSON.parse(event.replace(/^data: /, "")) as { text: string }).text);
  expect(texts).toEqual(["two", "words"]);
});

test("the contract's limits hold at the door", async () => {
  const response = await fetch(`${graph.url}/generate`, { method: "POST", body: '{"text":""}' });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe("invalid_request");
  expect(error.message).toStartWith("hello.frontend.generate: text");
});

test("it stops with exit code 0 and leaves no process", async () => {
  expect(await graph.stop()).toBe(0);
});

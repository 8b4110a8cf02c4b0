import { expect, test } from "bun:test";

import { Command } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { CLI } from "../support/stator.ts";

const STAMPED = "tests/e2e/fixtures/stamped.ts#stamped";

/** What an answer has passed, from the method outwards. */
async function stamps(url: string): Promise<string[]> {
  const response = await fetch(`${url}/run`, { method: "POST", body: '"hello"' });
  return (await response.json()) as string[];
}

const ALL = [
  "hello",
  "service: server of stamped.backend.run",
  "graph: server of stamped.backend.run",
  "service: client of stamped.backend.run",
  "graph: client of stamped.backend.run",
  "graph: server of stamped.frontend.run",
];

test("interceptors of a graph stand around its services in processes of their own", async () => {
  await using graph = await Graph.start(STAMPED);
  expect(await stamps(graph.url)).toEqual(ALL);
});

test("and in one process", async () => {
  await using command = new Command([CLI, "serve", STAMPED, "--in-process", "--port", "0"]);
  const [, url = ""] = await command.line(/^ready (http:\S+)/);
  expect(await stamps(url)).toEqual(ALL);
});

test("and where each part is started by itself", async () => {
  await using backend = await Graph.start(STAMPED, ["--only", "Backend"]);
  await using frontend = await Graph.start(STAMPED, ["--only", "Frontend", "--file-path", backend.discovery]);
  expect(await stamps(frontend.url)).toEqual(ALL);
});

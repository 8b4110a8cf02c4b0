import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Graph, serve } from "@stator/sdk";

import { echo, shout } from "./graphs.ts";

test("two graphs of the same classes serve in one process, each with its own engine and configuration", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stator-configured-graph-"));
  const start = (graph: Graph, name: string, configuration: Record<string, object>) =>
    serve(graph, {
      http: { port: 0 },
      runtime: { discovery: "file", filePath: join(folder, name) },
      configuration,
      signals: false,
    });
  {
    await using echoing = await start(echo, "echo", { EchoEngine: { prefix: "> ", maxWords: 2 } });
    await using shouting = await start(shout, "shout", {});
    const answers = [echoing, shouting].map(async ({ url }) => {
      const response = await fetch(`${url}/answer`, { method: "POST", body: '{"text":"not so loud"}' });
      return (await response.text()).trim().split("\n");
    });
    expect(await Promise.all(answers)).toEqual([
      ['"> not"', '"> so"'],
      ['"NOT"', '"SO"', '"LOUD"'],
    ]);
  }
  rmSync(folder, { recursive: true });
});

test("the graphs are in order", () => {
  expect([echo.check({ gpus: [] }), shout.check({ gpus: [] })]).toEqual([[], []]);
});

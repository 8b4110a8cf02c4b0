import { expect, test } from "bun:test";
import { createServer } from "node:net";

import { freePort } from "../../scripts/lib/servers/free-port.ts";
import { Command, until } from "../support/command.ts";
import { answers } from "../support/answers.ts";
import { Graph } from "../support/graph.ts";
import { CLI, stator, statorJson } from "../support/stator.ts";

const FIXTURE = "tests/e2e/fixtures/configured.ts#whole";

async function rows(url: string, name: string): Promise<[labels: string, value: number][]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.split("\n").filter((line) => line.startsWith(`${name}{`));
  return found.map((line) => [line.slice(name.length, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]);
}

test("one port has the health and the metrics of all workers", async () => {
  await using graph = await Graph.start(FIXTURE, ["--system-port", "0"]);
  const url = graph.systemUrl();
  const running = await statorJson<{ pid: number; systemUrl: string | null }[]>(["ps"]);
  expect(running.find(({ pid }) => pid === graph.command.pid)?.systemUrl).toBe(url);
  expect((await stator(["ps"])).stdout).toContain(`  metrics ${url}/metrics\n`);
  for (const path of ["/live", "/health", "/health/configured.worker"]) await answers(`${url}${path}`, 200);
  await answers(`${url}/health`, 200, {
    status: "ready",
    state: "running",
    services: { "configured.worker": { status: "ready" }, "configured.frontend": { status: "ready" } },
  });
  const unknown = await fetch(`${url}/health/configured.wrker`);
  expect([unknown.status, await unknown.json()]).toEqual([
    404,
    { error: "Unknown service", message: 'did you mean "configured.worker"?' },
  ]);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/health`, { method: "POST" })).status).toBe(405);

  for (let call = 0; call < 6; call++) await fetch(`${graph.url}/show`);
  const shown = (await rows(url, "dynamo_component_requests_total")).filter(([labels]) => labels.includes('"show"'));
  const ofWorkers = shown.filter(([labels]) => labels.includes('dynamo_component="worker"'));
  expect(ofWorkers).toHaveLength(2);
  expect(ofWorkers.reduce((sum, [, value]) => sum + value, 0)).toBe(6);
  // Each process has its own row, and each metric one head.
  expect(await rows(url, "dynamo_component_uptime_seconds")).toHaveLength(3);
  const text = await (await fetch(`${url}/metrics`)).text();
  const heads = text.split("\n").filter((line) => line.startsWith("# HELP"));
  expect(new Set(heads).size).toBe(heads.length);

  const place = '{dynamo_namespace="configured",dynamo_component="worker",worker="1"}';
  expect(await rows(url, "stator_worker_up")).toContainEqual([place, 1]);
  process.kill(graph.workers("configured.worker")[1]?.pid ?? 0, "SIGKILL");
  await until(
    async () =>
      (await rows(url, "stator_worker_restarts_total")).some(([labels, value]) => labels === place && value === 1),
    "the restart has been counted",
  );
  // The other worker goes on.
  await answers(`${url}/health/configured.worker`, 200);
  expect(await graph.stop()).toBe(0);
});

test("the port of the environment is that of the graph, however many processes it has", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  await using refused = new Command([CLI, "serve", FIXTURE, "--port", "0"], { DYN_SYSTEM_PORT: String(port) });
  expect(await refused.exited).toBe(1);
  expect(refused.text).toEndWith(`Port ${port} on 127.0.0.1 is in use; choose another with --system-port.`);
  taken.close();

  const free = freePort();
  await using graph = await Graph.start(FIXTURE, [], { DYN_SYSTEM_PORT: String(free) });
  expect(graph.systemUrl()).toBe(`http://127.0.0.1:${free}`);
  await answers(`http://127.0.0.1:${free}/health`, 200);
});

test("a graph in one process has its port for itself", async () => {
  const port = freePort();
  await using command = new Command([CLI, "serve", FIXTURE, "--in-process", "--port", "0", `--system-port=${port}`]);
  await command.line(/^ready \S+/);
  expect(await rows(`http://127.0.0.1:${port}`, "dynamo_component_uptime_seconds")).toHaveLength(1);
  await answers(`http://127.0.0.1:${port}/health`, 200);
});

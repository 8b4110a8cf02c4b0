import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";

import { type Client, DistributedRuntime } from "@stator/runtime-native";

import { until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { httpStream, readAll } from "../support/http-stream.ts";
import { residentBytes } from "../support/processes.ts";

const ITEM = 4096;
const COUNT = 100_000;

let graph: Graph;
let runtime: DistributedRuntime;
let produced: Client<string, number>;
beforeAll(async () => {
  graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend");
  runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  produced = await runtime.endpoint("chain.backend.produced").client<string, number>();
  await produced.waitForInstances();
});
afterAll(async () => {
  await runtime.shutdown();
  await graph[Symbol.asyncDispose]();
});

test("a reader that stops reading stops the generator, with bounded memory in every process", async () => {
  const before = graph.pids().map(residentBytes);
  const socket = postAndPause("slow");
  await graph.command.line(/event slow start$/);

  const made = await settled("slow");
  // 400 MB were asked for. What is on the way: credit of two hops and the buffers of one socket.
  expect(made * ITEM).toBeLessThan(32 * 1024 * 1024);
  for (const [index, pid] of graph.pids().entries()) {
    expect(residentBytes(pid) - (before[index] ?? 0)).toBeLessThan(128 * 1024 * 1024);
  }

  // Others are served meanwhile, over the same connections.
  const other = await readAll(await httpStream<object>(`${graph.url}/run`, { id: "other", count: 1000, size: 100 }));
  expect(other.items).toHaveLength(1000);

  socket.resume();
  await until(async () => (await produced.generate("slow").one()) > made + 1000, "the generator goes on");
  socket.destroy();
  await graph.command.line(/event slow finally$/);
});

test("messages of 32 MiB do not hold up small calls on the same connection", async () => {
  const size = await runtime.endpoint("chain.backend.size").client<Uint8Array, number>();
  await size.waitForInstances();
  const bytes = new Uint8Array(32 * 1024 * 1024);
  const order: string[] = [];
  // One alone is through in the time of a few small calls.
  const large = Array.from({ length: 4 }, async () => {
    expect(await size.generate(bytes).one()).toBe(bytes.byteLength);
    order.push("large");
  });
  // All of these begin after the large messages.
  const small = Array.from({ length: 5 }, async () => {
    expect(await produced.generate("nobody").one()).toBe(0);
    order.push("small");
  });
  await Promise.all([...large, ...small]);
  expect(order.slice(0, small.length)).toEqual(small.map(() => "small"));
});

/** Posts a job and reads nothing of the answer but its beginning. */
function postAndPause(id: string): Socket {
  const { hostname, port } = new URL(graph.url);
  const body = JSON.stringify({ id, count: COUNT, size: ITEM });
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.once("data", () => socket.pause());
  socket.write(`POST /run HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  return socket;
}

/** How much had been made when it did not become more over many calls to the same backend. */
async function settled(id: string): Promise<number> {
  let last = -1;
  let same = 0;
  await until(async () => {
    const now = await produced.generate(id).one();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
    return same >= 50;
  }, "the generator stands still");
  return last;
}

import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { DistributedRuntime } from "@stator/runtime-native";

import { failure } from "../support/failure.ts";
import { Graph } from "../support/graph.ts";
import { httpStream } from "../support/http-stream.ts";

interface Item {
  readonly n: number;
}

let graph: Graph;
beforeAll(async () => {
  graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend");
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

/** What the backend said about a job, in order. */
function events(id: string): string[] {
  const pattern = new RegExp(`backend .*event ${id} (.*)$`);
  return graph.command.output.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

const backendSays = (id: string, event: string) => graph.command.line(new RegExp(`^backend .*event ${id} ${event}$`));
const middleEnds = (id: string) => graph.command.line(new RegExp(`^middle .*event ${id} middle finally$`));

describe("a client that goes away", () => {
  test("before the first item", async () => {
    const id = "before-first";
    const controller = new AbortController();
    const body = JSON.stringify({ id, count: 5, holdAfter: 0 });
    const answer = fetch(`${graph.url}/run`, { method: "POST", body, signal: controller.signal });
    await backendSays(id, "holds");
    controller.abort();
    expect(await failure(answer)).toBeInstanceOf(Error);
    await backendSays(id, "finally");
    await middleEnds(id);
    expect(events(id)).toEqual(["start", "holds", "signal", "finally"]);
  });

  test("in mid-stream, while the backend waits", async () => {
    const id = "mid-waiting";
    const stream = await httpStream<Item>(`${graph.url}/run`, { id, count: 5, holdAfter: 3 });
    for (const n of [0, 1, 2]) expect((await stream.items.next()).value).toMatchObject({ n });
    await backendSays(id, "holds");
    stream.leave();
    await backendSays(id, "finally");
    await middleEnds(id);
    expect(events(id)).toEqual(["start", "holds", "signal", "finally"]);
  });

  test("in mid-stream, while the backend makes items", async () => {
    const id = "mid-busy";
    const stream = await httpStream<Item>(`${graph.url}/run`, { id, count: 1e9, everyMs: 1 });
    for (const n of [0, 1, 2]) expect((await stream.items.next()).value).toMatchObject({ n });
    stream.leave();
    await backendSays(id, "finally");
    await middleEnds(id);
    expect(events(id)).toEqual(["start", "signal", "finally"]);
  });

  test("after the last item, before the end", async () => {
    const id = "at-end";
    const stream = await httpStream<Item>(`${graph.url}/run`, { id, count: 2, holdAfter: 2 });
    for (const n of [0, 1]) expect((await stream.items.next()).value).toMatchObject({ n });
    await backendSays(id, "holds");
    stream.leave();
    await backendSays(id, "finally");
    await middleEnds(id);
    expect(events(id)).toEqual(["start", "holds", "signal", "done", "finally"]);
  });
});

describe("a caller on the request plane", () => {
  test("that cancels before the call is routed never reaches the backend", async () => {
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
    const client = await runtime.endpoint("chain.middle.run").client<object, Item>();
    await client.waitForInstances();
    const call = client.generate({ id: "never", count: 3 }, { signal: AbortSignal.abort() });
    expect(await failure(call[Symbol.asyncIterator]().next())).toMatchObject({ code: "cancelled" });
    // A call over the same connection, which could not overtake the first.
    expect(await Array.fromAsync(client.generate({ id: "after", count: 1 }))).toHaveLength(1);
    await backendSays("after", "finally");
    expect(events("never")).toEqual([]);
  });

  test("that breaks out of its loop ends the generators across both hops", async () => {
    const id = "break";
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
    const client = await runtime.endpoint("chain.middle.run").client<object, Item>();
    await client.waitForInstances();
    for await (const item of client.generate({ id, count: 1e9, everyMs: 1 })) if (item.n === 2) break;
    await backendSays(id, "finally");
    await middleEnds(id);
    expect(events(id)).toEqual(["start", "signal", "finally"]);
  });

  test("whose time is up ends them too, and hears so", async () => {
    const id = "deadline";
    await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
    const client = await runtime.endpoint("chain.middle.run").client<object, Item>();
    await client.waitForInstances();
    const stream = client.generate({ id, count: 2, holdAfter: 1 }, { timeoutMs: 300 })[Symbol.asyncIterator]();
    expect((await stream.next()).value).toMatchObject({ n: 0 });
    expect(await failure(stream.next())).toMatchObject({ code: "deadline_exceeded" });
    await backendSays(id, "finally");
    expect(events(id).slice(0, 3)).toEqual(["start", "holds", "signal"]);
  });
});

test("a stream that nobody leaves ends without a signal before its end", async () => {
  const id = "whole";
  const stream = await httpStream<Item>(`${graph.url}/run`, { id, count: 3 });
  expect(await Array.fromAsync(stream.items)).toHaveLength(3);
  await backendSays(id, "finally");
  expect(events(id).slice(0, 2)).toEqual(["start", "done"]);
});

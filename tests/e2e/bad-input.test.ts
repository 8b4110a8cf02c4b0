import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";

import { DistributedRuntime } from "@stator/runtime-native";

import { failure } from "../support/failure.ts";
import { Graph } from "../support/graph.ts";
import { httpStream, readAll } from "../support/http-stream.ts";

let graph: Graph;
let runtime: DistributedRuntime;
beforeAll(async () => {
  graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend");
  runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
});
afterAll(async () => {
  await runtime.shutdown();
  await graph[Symbol.asyncDispose]();
});

/** Every error must leave the graph as it was. */
async function stillServes(): Promise<void> {
  const { items, error } = await readAll(await httpStream<object>(`${graph.url}/run`, { id: "check", count: 3 }));
  expect(error).toBeNull();
  expect(items).toHaveLength(3);
}

const post = async (path: string, body: string) => {
  const response = await fetch(`${graph.url}${path}`, { method: "POST", body });
  const { error } = (await response.json()) as { error: { code: string; message: string; stack?: string } };
  return { status: response.status, ...error };
};

test.each([
  ["/run", '{"id":', 400, "invalid_request", "The body is not JSON"],
  ["/run", '{"id":"a","count":"many"}', 400, "invalid_request", "chain.frontend.run: count: "],
  ["/run", "[]", 400, "invalid_request", "chain.frontend.run: "],
  ["/rum", "{}", 404, "not_found", 'There is no /rum; did you mean "/run"?'],
])("HTTP %s with %s", async (path, body, status, code, message) => {
  const answer = await post(path, body);
  expect(answer).toMatchObject({ status, code });
  expect(answer.message).toStartWith(message);
  await stillServes();
});

test("a request of the wrong form on the request plane is refused by the service, with the path", async () => {
  const client = await runtime.endpoint("chain.backend.run").client();
  await client.waitForInstances();
  expect(await failure(client.generate({ id: 5, count: 1 }).one())).toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("chain.backend.run: id: ") as string,
    details: { issues: [{ path: "id" }] },
  });
  await stillServes();
});

test("a handler that throws: code, message, name and stack of the far end reach the caller through all hops", async () => {
  const first = await post("/run", '{"id":"thrower","count":3,"throwAfter":0}');
  expect(first).toMatchObject({ status: 500, code: "internal", message: "job thrower fails at 0" });
  expect(first.stack).toContain("fixtures/chain.ts");
  const { items, error } = await readAll(
    await httpStream(`${graph.url}/run`, { id: "later", count: 3, throwAfter: 2 }),
  );
  expect(items).toHaveLength(2);
  expect(error).toMatchObject({ code: "internal", message: "job later fails at 2" });
  await stillServes();
});

test("an endpoint that nobody serves: what was looked for, where, and what is near", async () => {
  const client = await runtime.endpoint("chain.backend.rum").client();
  const error = await failure(client.generate({}, { timeoutMs: 2000 }).one());
  expect(error).toMatchObject({ code: "no_instances", retryable: true });
  const { message } = error;
  for (const part of ["chain.backend.rum", "file", "chain.backend.run"]) expect(message).toContain(part);
});

test("garbage on the request plane's port harms nobody", async () => {
  const client = await runtime.endpoint("chain.backend.run").client();
  await client.waitForInstances();
  const address = JSON.stringify(client.instances(), (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  const [, host = "", port = ""] = /"(?:tcp:\/\/)?(127\.0\.0\.1):(\d+)/.exec(address) ?? [];
  expect(port).not.toBe("");
  for (const garbage of ["GET / HTTP/1.1\r\n\r\n", "\0".repeat(100_000), "x"]) {
    const socket = connect(Number(port), host);
    socket.on("error", () => undefined);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.end(garbage);
    socket.resume();
    await closed;
  }
  await stillServes();
});

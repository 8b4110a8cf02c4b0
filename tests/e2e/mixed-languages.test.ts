import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { answers } from "../support/answers.ts";
import { until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { httpStream, readAll } from "../support/http-stream.ts";
import { isRunning } from "../support/processes.ts";

const FRONTEND = "apps/examples/mixed-languages/frontend.ts#Frontend";

interface Token {
  readonly index: number;
  readonly text: string;
}

const post = (graph: Graph, path: string, body: string): Promise<Response> =>
  fetch(`${graph.url}${path}`, { method: "POST", body });

describe("TypeScript before Rust", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await Graph.start(FRONTEND, ["--system-port", "0"]);
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  test("its health and its metrics are those of the graph, too", async () => {
    await answers(`${graph.systemUrl()}/health`, 200);
    const metrics = await (await fetch(`${graph.systemUrl()}/metrics`)).text();
    for (const component of ["counter", "frontend"]) {
      expect(metrics).toMatch(new RegExp(`^dynamo_component_requests_total\\{dynamo_component="${component}",`, "m"));
    }
  });

  test("the program is a worker like all others: ready, with an id, and its lines marked", async () => {
    const { instanceId } = graph.worker("mixed.counter");
    expect(instanceId).toMatch(/^\d+$/);
    // Its own log line, in the form that lines from TypeScript have.
    const [line] = await graph.command.line(/^counter .*serving.*$/);
    expect(line).toMatch(
      new RegExp(
        `^counter +\\| \\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z INFO  serving mixed\\.counter instance=${instanceId}$`,
      ),
    );
  });

  test("no digit is lost on the way there and back, instance ids included", async () => {
    const response = await post(graph, "/exact", '{"unsigned":18446744073709551615,"signed":-9223372036854775808}');
    const [frontend, counter] = [graph.worker("mixed.frontend"), graph.worker("mixed.counter")];
    expect(await response.text()).toBe(
      `{"unsigned":18446744073709551615,"signed":-9223372036854775808,"seenBy":[` +
        `{"service":"Frontend","language":"typescript","instance":${frontend.instanceId}},` +
        `{"service":"Counter","language":"rust","instance":${counter.instanceId}}]}\n`,
    );
  });

  test("a declared error passes both, with its value and its HTTP status", async () => {
    const response = await post(graph, "/count", JSON.stringify({ text: "word ".repeat(101) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      error: {
        code: "declared",
        name: "CountError",
        message: "The text has more words than are counted.",
        details: { kind: "too_many", most: 100, found: 101 },
        instance: graph.worker("mixed.counter").instanceId,
      },
    });
    const early = await post(graph, "/split", '{"text":"forbidden"}');
    expect(early.status).toBe(422);
    const late = await readAll(await httpStream<Token>(`${graph.url}/split`, { text: "some forbidden word" }));
    expect(late.items).toEqual([{ index: 0, text: "some" }]);
    expect(late.error).toMatchObject({ name: "CountError", details: { kind: "forbidden", index: 1 } });
  });

  test("an HTTP client that leaves ends the handler in Rust", async () => {
    const stream = await httpStream<Token>(`${graph.url}/wait`, { name: "left", tokens: 1 });
    expect((await stream.items.next()).value).toEqual({ index: 0, text: "waiting" });
    await graph.command.line(/^counter .* INFO {2}waiting .*name=left\b/);
    stream.leave();
    await graph.command.line(/^counter .*waited enough .*endpoint=mixed\.counter\.wait .*name=left\b/);
  });
});

test("a program that is killed under load is started again, and no call fails", async () => {
  await using graph = await Graph.start(FRONTEND, ["--Counter.workers=2"]);
  const before = graph.workers("mixed.counter");
  expect(before).toHaveLength(2);
  let stop = false;
  const statuses: number[] = [];
  const load = Array.from({ length: 4 }, async () => {
    while (!stop) statuses.push((await post(graph, "/count", '{"text":"a b c"}')).status);
  });
  await until(() => statuses.length > 50, "there is load");
  const killed = before[0]?.pid ?? 0;
  process.kill(killed, "SIGKILL");
  await graph.command.line(/^stator .*Counter 0 ended with signal SIGKILL; starting it again in 200 ms\.$/);
  await until(
    () => graph.workers("mixed.counter").filter(({ pid }) => pid !== killed).length === 2,
    "the program is back",
  );
  const later = statuses.length + 50;
  await until(() => statuses.length > later, "the load goes on");
  stop = true;
  await Promise.all(load);
  // Counting is idempotent, so a call whose worker was lost has gone to the other one.
  expect(new Set(statuses)).toEqual(new Set([200]));
  const ids = graph.workers("mixed.counter").map(({ instanceId }) => instanceId);
  expect(ids).not.toContain(before[0]?.instanceId);
  expect(await graph.stop()).toBe(0);
});

describe("stopping", () => {
  test("lets a stream from Rust end that is under way", async () => {
    await using graph = await Graph.start(FRONTEND);
    const words = 150_000;
    const stream = await httpStream<Token>(`${graph.url}/split`, { text: "word ".repeat(words) });
    await stream.items.next();
    const stopped = graph.stop();
    await graph.command.line(/^stator .*Stopping/);
    const { items, error } = await readAll(stream);
    expect(error).toBeNull();
    expect(items).toHaveLength(words - 1);
    expect(await stopped).toBe(0);
  });

  test("cuts off what does not end within the budget, and says so", async () => {
    await using graph = await Graph.start(FRONTEND, ["--drain-ms", "500"]);
    const stream = await httpStream<Token>(`${graph.url}/wait`, { name: "endless", tokens: 1 });
    await stream.items.next();
    expect(await graph.stop()).toBe(0);
    await stream.items.next().catch(() => undefined);
  });

  test("leaves nothing when the supervisor is killed", async () => {
    await using graph = await Graph.start(FRONTEND, ["--Counter.workers=2"]);
    const pids = graph.pids();
    expect(pids).toHaveLength(3);
    const open = await httpStream<Token>(`${graph.url}/wait`, { name: "held", tokens: 1 });
    await open.items.next();
    graph.command.signal("SIGKILL");
    await graph.command.exited;
    await until(() => !pids.some(isRunning), `${pids.join(", ")} have gone`);
  });
});

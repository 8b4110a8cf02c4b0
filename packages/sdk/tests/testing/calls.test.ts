import { expect, test } from "bun:test";

import { testCluster } from "@stator/sdk/testing";

import { failure, Frontend, Worker } from "./services.ts";

test("calls are told of in the order of arrival, with all that went in and out", async () => {
  await using cluster = await testCluster(Frontend);
  await cluster.client(Frontend).greet("ada", { metadata: { tenant: "acme" } });
  await cluster.client(Worker).sum([1, 2]);
  await Array.fromAsync(cluster.client(Worker).count(2));
  await failure(cluster.client(Worker).run(5 as never));
  const [greet, run, sum, count, refused] = cluster.calls.all();
  expect(greet).toMatchObject({
    order: 1,
    service: "Frontend",
    endpoint: "greet",
    path: "kit.frontend.greet",
    caller: "test",
    instance: "Frontend#1",
    request: "ada",
    items: ["hello ADA"],
    response: "hello ADA",
    error: null,
    metadata: { tenant: "acme" },
    status: "answered",
    faults: [],
  });
  // Metadata reaches every hop; what the kit adds to it is seen by nobody.
  expect(run).toMatchObject({
    order: 2,
    caller: "Frontend#1",
    request: "ada",
    response: "ADA",
    metadata: { tenant: "acme" },
  });
  expect(Object.keys(run?.metadata ?? {})).toEqual(["tenant"]);
  expect(sum).toMatchObject({ request: null, requests: [1, 2], response: 3 });
  expect(count).toMatchObject({ request: 2, items: [1, 2], response: undefined, status: "answered" });
  expect(refused).toMatchObject({ request: 5, status: "failed", error: { code: "invalid_request" }, items: [] });
  expect(cluster.calls.from(Frontend)).toHaveLength(1);
  expect(cluster.calls.from("test")).toHaveLength(4);
  expect([...cluster.calls].map(({ endpoint }) => endpoint)).toEqual(["greet", "run", "sum", "count", "run"]);
  expect(String(cluster.calls)).toBe(
    [
      "The calls so far, of 5:",
      "  1. test -> Frontend#1.greet (answered, 1 items)",
      "  2. Frontend#1 -> Worker#1.run (answered, 1 items)",
      "  3. test -> Worker#1.sum (answered, 1 items)",
      "  4. test -> Worker#1.count (answered, 2 items)",
      "  5. test -> Worker#1.run (failed with invalid_request, 0 items)",
    ].join("\n"),
  );
  cluster.calls.clear();
  expect(cluster.calls.all()).toEqual([]);
  await cluster.client(Worker).run("b");
  expect(cluster.calls.all()).toMatchObject([{ order: 6 }]);
});

test("a call can be waited for, and so can its end", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  const next = cluster.calls.next(Worker, "wait");
  const answer = cluster.client(Worker).wait(1000);
  const call = await next;
  expect(call).toMatchObject({ request: 1000, status: "running" });
  await cluster.clock.advance(1000);
  expect(await call.ended).toMatchObject({ status: "answered", response: "waited" });
  await answer;
});

test("a condition is waited for until it holds, or with what has happened instead", async () => {
  await using cluster = await testCluster(Worker);
  const ticks = cluster.client(Worker).ticks();
  const first = await cluster.until(() => cluster.calls.to(Worker, "ticks").find(({ items }) => items.length > 0));
  expect(first.items).toEqual([1]);
  ticks.cancel();
  expect(await failure(cluster.until(() => false, { timeoutMs: 1 }))).toMatchObject({
    code: "deadline_exceeded",
    message: expect.stringContaining("1. test -> Worker#1.ticks") as string,
  });
  expect(await failure(cluster.calls.next(Worker, "run", { timeoutMs: 1 }))).toMatchObject({
    message: expect.stringContaining("A call of Worker.run did not come within 1 ms.") as string,
  });
  const thrown = cluster.until(() => {
    throw new Error("no such thing");
  });
  expect(await failure(thrown)).toMatchObject({ message: "no such thing" });
});

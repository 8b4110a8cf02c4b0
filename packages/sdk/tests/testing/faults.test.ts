import { expect, test } from "bun:test";

import { depends, endpoint, service, StatorError } from "@stator/sdk";
import { testCluster } from "@stator/sdk/testing";

import { failure, Frontend, Worker } from "./services.ts";

test("a call that is dropped never arrives, and its caller waits until its time is up", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  const dropped = cluster.on(Worker, "run").drop({ times: 1 });
  const late = failure(cluster.client(Worker).run("a", { timeoutMs: 1000 }));
  await cluster.clock.advance(1000);
  expect(await late).toMatchObject({ code: "deadline_exceeded" });
  expect(dropped.hits).toBe(1);
  expect(cluster.instance(Worker).service.runs).toBe(0);
  expect(await cluster.client(Worker).run("b")).toBe("B");
  expect(cluster.calls.to(Worker, "run")).toMatchObject([
    { request: "a", faults: ["drop"], items: [], status: "left" },
    { request: "b", faults: [], response: "B", status: "answered" },
  ]);
});

test("where the answer is dropped, the call has run", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  cluster.on(Worker).dropAnswer({ times: 2 });
  const late = failure(cluster.client(Worker).run("a", { timeoutMs: 1000 }));
  const items = failure(Array.fromAsync(cluster.client(Worker).count(3, { timeoutMs: 1000 })));
  await cluster.clock.advance(1000);
  expect([await late, await items]).toMatchObject([{ code: "deadline_exceeded" }, { code: "deadline_exceeded" }]);
  expect(cluster.instance(Worker).service.runs).toBe(1);
  expect(cluster.calls.to(Worker, "count")).toMatchObject([{ items: [1, 2, 3], faults: ["drop-answer"] }]);
});

test("a delay holds a call back", async () => {
  await using cluster = await testCluster(Worker, { clock: "fake" });
  using delay = cluster.on(Worker, "run").delay(500);
  const call = cluster.client(Worker).run("a");
  await cluster.clock.advance(499);
  expect(cluster.instance(Worker).service.runs).toBe(0);
  await cluster.clock.advance(1);
  expect(await call).toBe("A");
  delay.remove();
  expect(await cluster.client(Worker).run("b")).toBe("B");
});

test("a call that is duplicated runs twice, and is answered once", async () => {
  await using cluster = await testCluster(Worker);
  cluster.on(Worker).duplicate();
  expect(await cluster.client(Worker).run("a")).toBe("A");
  expect(await Array.fromAsync(cluster.client(Worker).count(3))).toEqual([1, 2, 3]);
  // A stream of requests can be read once.
  expect(await cluster.client(Worker).sum([1, 2])).toBe(3);
  await cluster.settled();
  expect(cluster.instance(Worker).service.runs).toBe(2);
  expect(cluster.calls.to(Worker, "run").map(({ response, faults }) => [response, faults])).toEqual([
    ["A", ["duplicate"]],
    ["A", ["duplicate"]],
  ]);
  expect(cluster.calls.to(Worker, "sum")).toHaveLength(1);
});

test("a call fails with any code, or any error", async () => {
  await using cluster = await testCluster(Worker);
  cluster.on(Worker, "run").fail("permission_denied", { times: 1 });
  cluster
    .on(Worker, "run")
    .fail(new StatorError("conflict", "somebody was first", { details: { by: "ada" } }), { skip: 1 });
  const { run } = cluster.client(Worker);
  // Each rule counts for itself.
  expect(await failure(run("a"))).toMatchObject({ code: "permission_denied" });
  expect(await failure(run("a"))).toMatchObject({
    code: "conflict",
    message: "somebody was first",
    details: { by: "ada" },
  });
  cluster.clearFaults();
  expect(await run("a")).toBe("A");
});

test("a stream breaks after some items, with what a lost worker gives", async () => {
  await using cluster = await testCluster(Worker, { instances: { Worker: 2 } });
  cluster.on(Worker, "count").breakAfter(2, { times: 1 });
  const items: number[] = [];
  const reading = (async () => {
    for await (const item of cluster.client(Worker).count(5)) items.push(item);
  })();
  expect(await failure(reading)).toMatchObject({ code: "unknown_outcome" });
  expect(items).toEqual([1, 2]);
  // An application may go on elsewhere.
  cluster.on(Worker, "count").breakAfter(2, { times: 1 });
  const resumed = cluster.client(Worker).count(5, { resume: ({ request, received }) => request - received });
  expect(await Array.fromAsync(resumed)).toEqual([1, 2, 1, 2, 3]);
  // One that is idempotent is run elsewhere by the core, before its first item.
  cluster.on(Worker, "look").breakAfter(0, { times: 1 });
  expect(await cluster.client(Worker).look("a")).toBe("A");
  expect(new Set(cluster.calls.to(Worker, "look").map(({ instance }) => instance))).toEqual(
    new Set(["Worker#1", "Worker#2"]),
  );
  // With one answer, before it has run and after.
  for (const after of [0, 1]) {
    cluster.on(Worker, "run").breakAfter(after, { times: 1 });
    expect(await failure(cluster.client(Worker).run("a"))).toMatchObject({ code: "unknown_outcome" });
    expect(cluster.instances(Worker).reduce((sum, { service: { runs } }) => sum + runs, 0)).toBe(1 + after);
  }
});

@service({ namespace: "kit" })
class Other {
  worker = depends(Worker);

  @endpoint()
  async pass(text: string): Promise<string> {
    return this.worker.run(text);
  }
}

test("faults are for an instance, and for those who call", async () => {
  await using cluster = await testCluster([Frontend, Other], { instances: { Worker: 2, Other: 2 } });
  const fromFrontend = cluster.on(Worker, "run", { from: Frontend }).fail("internal");
  expect(await failure(cluster.client(Frontend).greet("a"))).toMatchObject({ code: "internal" });
  expect(await cluster.client(Other).pass("a")).toBe("A");
  expect(await cluster.client(Worker).run("a")).toBe("A");
  fromFrontend.remove();
  const second = cluster.instance(Worker, 2);
  const toSecond = cluster.on(Worker, "run", { instance: second, from: "test" }).fail("internal");
  const direct = await cluster.connect(Worker, { router: "direct" });
  expect(await failure(direct.run("a", { instanceId: second.instanceId }))).toMatchObject({
    code: "internal",
    instanceId: second.instanceId,
  });
  expect(await direct.run("a", { instanceId: cluster.instance(Worker, 1).instanceId })).toBe("A");
  expect(toSecond.hits).toBe(1);
  toSecond.remove();
  cluster.on(Worker, undefined, { from: cluster.instance(Other, 1) }).fail("internal");
  const passed = await Promise.allSettled([1, 2, 3, 4].map(() => cluster.client(Other).pass("a")));
  expect(passed.filter(({ status }) => status === "rejected")).toHaveLength(2);
});

/** Which of twenty calls a fault by chance meets. */
async function met(seed: number): Promise<boolean[]> {
  await using cluster = await testCluster(Worker, { seed });
  cluster.on(Worker, "run").fail("internal", { probability: 0.5 });
  const failures: boolean[] = [];
  for (let call = 0; call < 20; call++) {
    const failed = await cluster
      .client(Worker)
      .run("a")
      .then(
        () => false,
        () => true,
      );
    failures.push(failed);
  }
  return failures;
}

test("chance is the same for the same seed", async () => {
  const first = await met(1);
  expect(new Set(first).size).toBe(2);
  expect(await met(1)).toEqual(first);
  expect(await met(2)).not.toEqual(first);
});

test("what cannot be meant is refused", async () => {
  await using cluster = await testCluster(Worker);
  const calls = cluster.on(Worker);
  expect(() => calls.drop({ time: 1 } as never)).toThrow('unknown option "time"; did you mean "times"?');
  expect(() => calls.drop({ times: 0 })).toThrow("drop: times: 0 is not a whole number of at least 1");
  expect(() => calls.drop({ probability: 2 })).toThrow("probability is 2; give a number from 0 to 1");
  expect(() => calls.delay(-1)).toThrow("delay: -1 is no time");
  expect(() => calls.breakAfter(0.5)).toThrow("breakAfter: items: 0.5 is not a whole number");
  expect(() => cluster.on(Worker, "walk" as never)).toThrow('Worker has no endpoint "walk"');
});

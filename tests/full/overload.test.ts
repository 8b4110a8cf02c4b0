import { afterAll, beforeAll, expect, test } from "bun:test";

import { type Client, DistributedRuntime, type StatorError } from "@stator/runtime-native";

import { until } from "../support/command.ts";
import { failure } from "../support/failure.ts";
import { Graph } from "../support/graph.ts";

const CALLERS = 1000;

let graph: Graph;
let runtime: DistributedRuntime;
beforeAll(async () => {
  // The stubborn call never ends.
  graph = await Graph.start("tests/e2e/fixtures/limited.ts#Worker", ["--drain-ms", "100"]);
  runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
});
afterAll(async () => {
  await runtime.shutdown();
  await graph[Symbol.asyncDispose]();
});

async function client<Req, Res>(name: string): Promise<Client<Req, Res>> {
  const made = await runtime.endpoint(`limited.worker.${name}`).client<Req, Res>();
  await made.waitForInstances();
  return made;
}

test(`${CALLERS} callers of another process at 10 places and a queue of 50: 60 are served, ${CALLERS - 60} refused`, async () => {
  const [run, goOn] = [await client<number, number>("run"), await client<null, number>("goOn")];
  const from = performance.now();
  let refused = 0;
  const calls = Array.from({ length: CALLERS }, (_, index) => run.generate(index).one());
  for (const call of calls) call.catch(() => (refused += 1));
  await until(() => refused === CALLERS - 60, `${CALLERS - 60} calls have been refused`);
  const refusedMs = performance.now() - from;
  const most = await goOn.generate(null).one();
  const results = await Promise.allSettled(calls);
  const errors = results.flatMap((each) => (each.status === "rejected" ? [each.reason as StatorError] : []));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(60);
  expect(errors).toHaveLength(CALLERS - 60);
  for (const { code, details } of errors) {
    expect(code).toBe("overloaded");
    expect(details).toEqual({ refused: "limited.worker.run", maxConcurrency: 10, queue: 50 });
  }
  expect(most).toBe(10);
  process.stdout.write(`${errors.length} refused within ${Math.round(refusedMs)} ms, at most ${most} at once\n`);
});

test("a method past its deadline: its caller is told, and its place is free", async () => {
  const polite = await client<null, void>("polite");
  // One after another through the only place: a place that was not freed would refuse the next.
  for (let call = 0; call < 10; call++) {
    await until(async () => {
      const { code } = (await failure(polite.generate(null, { timeoutMs: 50 }).one())) as StatorError;
      // The worker may hear of the end a moment after the caller.
      return code === "deadline_exceeded";
    }, "the place is free again");
  }
});

test("a method that ignores its signal is reported, and its place is given to another after the time of grace", async () => {
  const stubborn = await client<boolean, string>("stubborn");
  expect(await failure(stubborn.generate(true, { timeoutMs: 50 }).one())).toMatchObject({ code: "deadline_exceeded" });
  expect(await failure(stubborn.generate(false).one())).toMatchObject({ code: "overloaded" });
  await graph.command.line(
    /limited\.worker\.stubborn has not ended 5000 ms after its call was over; its place is given/,
  );
  expect(await stubborn.generate(false).one()).toBe("done");
});

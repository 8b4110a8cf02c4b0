import { expect, test } from "bun:test";

import { endpoint, service } from "@stator/sdk";
import { LeakError, testCluster } from "@stator/sdk/testing";

import { failure, Worker } from "./services.ts";

test("a stream that nobody has read to its end is told of, once everything has stopped", async () => {
  const cluster = await testCluster(Worker);
  const ticks = cluster.client(Worker).ticks();
  await ticks[Symbol.asyncIterator]().next();
  const error = await failure(cluster.stop());
  expect(error).toBeInstanceOf(LeakError);
  expect(error.message).toContain("test -> Worker#1.ticks (running, 1 items): nobody has read it to its end");
  expect(cluster.instance(Worker).isAlive).toBe(false);
});

const endless = Promise.withResolvers<string>();

@service({ namespace: "kit" })
class Deaf {
  @endpoint()
  async run(_request: null): Promise<string> {
    return endless.promise;
  }
}

test("a method that goes on after its call is over is told of", async () => {
  const cluster = await testCluster(Deaf);
  const leave = new AbortController();
  const arrived = cluster.calls.next(Deaf, "run");
  const call = failure(cluster.client(Deaf).run(null, { signal: leave.signal }));
  await arrived;
  leave.abort();
  expect(await call).toMatchObject({ code: "cancelled" });
  expect((await failure(cluster.stop())).message).toContain(
    "test -> Deaf#1.run (left with cancelled, 0 items): its method goes on, though its call is over",
  );
});

test("what was left in order is no leak, and leaks may be allowed", async () => {
  const left = await testCluster(Worker);
  for await (const tick of left.client(Worker).ticks()) if (tick === 1) break;
  await left.stop();
  const allowed = await testCluster(Worker, { leaks: "ignore" });
  await allowed.client(Worker).ticks()[Symbol.asyncIterator]().next();
  await allowed.stop();
});

test("a leak fails the test that has it, and hides nothing that it fails with", async () => {
  const file = `${import.meta.dir}/fixtures/leaking.ts`;
  const run = Bun.spawn([process.execPath, "test", file], { stdio: ["ignore", "pipe", "pipe"] });
  const printed = (await new Response(run.stderr).text()) + (await new Response(run.stdout).text());
  expect(await run.exited).not.toBe(0);
  expect(printed).toContain("(fail) leaks");
  expect(printed).toContain("(fail) fails and leaks");
  expect(printed).toContain("the test's own failure");
  expect(printed).toContain("LeakError");
  expect(printed).toContain("(pass) is in order");
});

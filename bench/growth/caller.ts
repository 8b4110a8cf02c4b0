/** `bun bench/growth/caller.ts <task as JSON>`: prints what it measured, a `GrowthMeasurement`, as one line of JSON. */
import { DistributedRuntime } from "@stator/runtime-native";

import { cpuTime } from "../cpu-time.ts";
import { measureUnary } from "../load/unary.ts";
import { checkEcho, echo } from "../messages.ts";
import type { Echo } from "../messages.ts";
import { residentMemory } from "../peak-memory.ts";
import type { GrowthMeasurement, GrowthTask } from "./growth.ts";

/** Streams that are opened at once. */
const BATCH = 500;
const WAIT_MS = 120_000;

const task = JSON.parse(process.argv[2] ?? "null") as GrowthTask;
const runtime = await DistributedRuntime.create({ unreadTimeoutMs: 0 });
const calls = await runtime.endpoint("bench.growth.call").client<Echo, Echo>();
const holds = await runtime.endpoint("bench.growth.hold").client<null, number>();
for (const client of [calls, holds]) await client.waitForInstances({ min: task.instances, timeoutMs: WAIT_MS });

// Every instance is connected to before anything counts.
for (const id of calls.instanceIds()) {
  const request = echo(1);
  checkEcho(request, await calls.direct(request, id).one());
}
const held: AsyncIterator<number>[] = [];
while (held.length < task.streams) {
  const opened = Array.from({ length: Math.min(BATCH, task.streams - held.length) }, () =>
    holds.roundRobin(null)[Symbol.asyncIterator](),
  );
  for (const first of await Promise.all(opened.map((items) => items.next()))) {
    if (first.done === true) throw new Error("A stream ended that should stay open.");
  }
  held.push(...opened);
}
const client = {
  call: (request: Echo) => calls.roundRobin(request).one(),
  stream: () => {
    throw new Error("Only calls are measured here.");
  },
  close: () => runtime.shutdown(),
};
// The processor of the workers is read at these two lines, too.
console.log(JSON.stringify("begins"));
const before = cpuTime();
const result = await measureUnary(client, task.concurrency, task);
const measured: GrowthMeasurement = {
  rate: result.rate,
  total: result.total,
  p50: result.latency.percentiles(0.5)[0] ?? Number.NaN,
  cpu: cpuTime() - before,
  resident: residentMemory(),
};
console.log(JSON.stringify(measured));
process.exit(0);

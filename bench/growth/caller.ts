/** `bun bench/growth/caller.ts <task as JSON>`: prints what `reportGrowth` says. */
import { DistributedRuntime } from "@stator/runtime-native";

import { checkEcho, echo } from "../messages.ts";
import type { Echo } from "../messages.ts";
import type { GrowthTask } from "./growth.ts";
import { reportGrowth } from "./report-growth.ts";

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
await reportGrowth(task, (request) => calls.roundRobin(request).one());
process.exit(0);

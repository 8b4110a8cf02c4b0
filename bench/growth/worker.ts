/**
 * `bun bench/growth/worker.ts <count>`: so many instances of `bench.growth.call`, each with a runtime of its own, and of
 * `bench.growth.hold`, whose stream gives one item and then stays open. Prints `ready`; ends when its input is closed.
 */
import { DistributedRuntime } from "@stator/runtime-native";

import type { Echo } from "../messages.ts";

/** Runtimes that start at once. */
const BATCH = 10;
/** More than are opened. */
const MAX_CALLS = 100_000;

const count = Number(process.argv[2]);
const runtimes: DistributedRuntime[] = [];
while (runtimes.length < count) {
  const batch = Array.from({ length: Math.min(BATCH, count - runtimes.length) }, async () => {
    const runtime = await DistributedRuntime.create({ maxConcurrentCalls: MAX_CALLS });
    await runtime.endpoint("bench.growth.call").serveEndpoint<Echo, Echo>(async (request) => request);
    await runtime.endpoint("bench.growth.hold").serveEndpoint<null, number>(async function* (_, context) {
      yield 1;
      if (!context.signal.aborted) await new Promise((over) => context.signal.addEventListener("abort", over));
    });
    return runtime;
  });
  runtimes.push(...(await Promise.all(batch)));
}
console.log(JSON.stringify("ready"));
for await (const _ of Bun.stdin.stream()) continue;
process.exit(0);

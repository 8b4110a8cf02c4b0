/**
 * The calling process: `bun bench/workers/caller.ts <task as JSON>`. Prints one line of JSON, a `WorkersMeasurement`.
 */
import { DistributedRuntime } from "@stator/runtime-native";

import { measureUnary } from "../load/unary.ts";
import type { Echo } from "../messages.ts";
import type { PeerClient } from "../peer.ts";
import type { CallerTask, WorkersMeasurement } from "./measurement.ts";

const task = JSON.parse(process.argv[2] ?? "null") as CallerTask;
const runtime = await DistributedRuntime.create();
const calls = await runtime.endpoint(`bench.worker.${task.handler}`).client<Echo, Echo>();
const clocks = await runtime.endpoint("bench.worker.processorSeconds").client<null, number>();
for (const client of [calls, clocks]) await client.waitForInstances({ min: task.workers, timeoutMs: 30_000 });

const answered = new Map<bigint, number>(calls.instanceIds().map((id) => [id, 0]));
const client: PeerClient = {
  async call(request) {
    const response = calls.roundRobin(request);
    const reply = await response.one();
    const by = response.instanceId ?? 0n;
    answered.set(by, (answered.get(by) ?? 0) + 1);
    return reply;
  },
  stream() {
    throw new Error("The workers of this bench have no streams.");
  },
  close: () => runtime.shutdown(),
};

const workerSeconds = (): Promise<number[]> =>
  Promise.all(clocks.instanceIds().map((id) => clocks.direct(null, id).one()));
const ownSeconds = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;

const [from, own, before] = [performance.now(), ownSeconds(), await workerSeconds()];
const { rate, latency } = await measureUnary(client, task.concurrency, task);
const [after, ownAfter] = [await workerSeconds(), ownSeconds()];
const seconds = (performance.now() - from) / 1000;
const [p50 = Number.NaN, p99 = Number.NaN] = latency.percentiles(0.5, 0.99);
const counts = [...answered.values()];
const measured: WorkersMeasurement = {
  rate,
  p50,
  p99,
  callerProcessors: (ownAfter - own) / seconds,
  workerProcessors: after.reduce((sum, each, at) => sum + each - (before[at] ?? 0), 0) / seconds,
  least: (Math.min(...counts) * counts.length) / counts.reduce((sum, each) => sum + each, 0),
};
console.log(JSON.stringify(measured));
await client.close();
process.exit(0);

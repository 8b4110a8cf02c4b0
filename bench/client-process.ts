/**
 * The calling process: `bun bench/client-process.ts <folder of the peer> <address> <task as JSON>`. What it prints is in
 * lines of JSON. The task says what it does:
 *
 * - one of the points: the rate, the latencies, how many calls or items there were in all, its time of the processor for them,
 *   and its peak memory; `null` when the peer does not have that kind of call;
 * - `first`: how many milliseconds after its start, imports included, it had the answer to its first call;
 * - `idle`: `true` when it has called once; then it does nothing for the time;
 * - `soak`: a `SoakProgress` after each part, `null` at the end.
 */
import { cpuTime } from "./cpu-time.ts";
import { LOADS } from "./load/loads.ts";
import { SteadyCpu } from "./load/steady-cpu.ts";
import type { CallerTask } from "./measure.ts";
import { checkEcho, echo } from "./messages.ts";
import { peakMemory } from "./peak-memory.ts";
import type { ConnectPeer } from "./peer.ts";
import { soak } from "./soak/soak-load.ts";
import type { SoakTask } from "./soak/soak.ts";

const [folder, address, text] = process.argv.slice(2);
if (folder === undefined || address === undefined || text === undefined) throw new Error("Three arguments are needed.");
const task = JSON.parse(text) as CallerTask | SoakTask;
const started = performance.now();
const { connect } = (await import(`${folder}/client.ts`)) as { connect: ConnectPeer };
const client = await connect(address);

if (task.kind === "first" || task.kind === "idle") {
  const request = echo(1);
  checkEcho(request, await client.call(request));
  console.log(JSON.stringify(task.kind === "first" ? { startMs: performance.now() - started } : true));
  if (task.kind === "idle") await Bun.sleep(task.warmupMs + task.measureMs);
  await client.close();
} else if (task.kind === "soak") {
  for await (const progress of soak(client, task)) console.log(JSON.stringify(progress));
  await client.close();
  console.log("null");
} else {
  const before = cpuTime();
  const steadyCpu = new SteadyCpu(task, task.processes ?? []);
  const result = await LOADS[task.kind](client, task.concurrency, task, task.bytes ?? 0);
  const cpu = cpuTime() - before;
  const spent = steadyCpu.take();
  // Read before the latencies are sorted, which is not the peer's memory.
  const clientMemory = peakMemory();
  await client.close();
  const [p50, p99] = result?.latency.percentiles(0.5, 0.99) ?? [];
  const counted = (result?.rate ?? 0) * (task.measureMs / 1000);
  const steady = spent === null || counted === 0 ? undefined : spent / counted;
  console.log(
    JSON.stringify(result && { rate: result.rate, total: result.total, p50, p99, cpu, steady, clientMemory }),
  );
}
process.exit(0);

import { cpuTime } from "../cpu-time.ts";
import { measureUnary } from "../load/unary.ts";
import type { Echo } from "../messages.ts";
import { residentMemory } from "../peak-memory.ts";
import type { GrowthMeasurement, GrowthTask } from "./growth.ts";

/** At rest nothing is to settle any more: what the start took is over. */
const SETTLE_MS = 1000;

/**
 * Rests, then measures `call`. Prints a line when the rest begins, one when it is over and one with what was measured, a
 * `GrowthMeasurement`, so that the processor of the workers can be read at the same moments.
 */
export async function reportGrowth(task: GrowthTask, call: (request: Echo) => Promise<Echo>): Promise<void> {
  await Bun.sleep(SETTLE_MS);
  console.log(JSON.stringify("rests"));
  const resting = cpuTime();
  await Bun.sleep(task.restMs);
  const before = cpuTime();
  console.log(JSON.stringify("begins"));
  const client = {
    call,
    stream: () => {
      throw new Error("Only calls are measured here.");
    },
    close: async () => {},
  };
  const result = await measureUnary(client, task.concurrency, task);
  const measured: GrowthMeasurement = {
    rate: result.rate,
    total: result.total,
    p50: result.latency.percentiles(0.5)[0] ?? Number.NaN,
    cpu: cpuTime() - before,
    rest: before - resting,
    resident: residentMemory(),
  };
  console.log(JSON.stringify(measured));
}

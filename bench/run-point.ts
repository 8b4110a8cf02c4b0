import { ForeignLoad } from "./foreign-load.ts";
import type { Duration, Measurement, Point } from "./measure.ts";
import { Worker } from "./worker.ts";

/** A point that hangs is an error after this many milliseconds beyond its own time. */
const GRACE_MS = 30_000;

/** What the calling process reports: `cpu` is its own time of the processor, for `total` calls or items. */
type CallerResult = Omit<Measurement, "workerMemory" | "p50" | "p99"> & {
  readonly total: number;
  /** What a call, an item or a MB took of both sides within the measured time; left out where nobody looked then. */
  readonly steady?: number;
  readonly p50: number | null;
  readonly p99: number | null;
};

/** A measurement, and how many processors other programs kept busy meanwhile; null where the system does not say. */
export interface PointResult {
  readonly measurement: Measurement;
  readonly foreign: number | null;
}

/**
 * Measures one point in two fresh processes, so that no point inherits another's heap. Null when the peer does not have
 * that kind of call.
 */
export async function runPoint(peer: string, point: Point, duration: Duration): Promise<PointResult | null> {
  const limitMs = duration.warmupMs + duration.measureMs + GRACE_MS;
  const load = new ForeignLoad();
  await using worker = await Worker.start(peer, limitMs);
  const caller = await worker.call({ ...point, ...duration, processes: worker.processes }, limitMs);
  const called = await caller.next<CallerResult | null>();
  await caller.end();
  const served = await worker.end();
  if (called === null) return null;
  load.add(worker.spent);
  const { total, cpu, steady, p50, p99, ...result } = called;
  const measurement = {
    ...result,
    // On a busy machine no call may have begun and ended within the time: JSON has no other word for that.
    p50: p50 ?? Number.NaN,
    p99: p99 ?? Number.NaN,
    cpu: steady ?? (cpu + served.cpu) / total,
    workerMemory: served.workerMemory,
  };
  return { measurement, foreign: load.processors };
}

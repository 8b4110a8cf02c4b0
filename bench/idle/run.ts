import type { ExtraResult } from "../extra.ts";
import { markdownTable } from "../markdown-table.ts";
import type { Duration } from "../measure.ts";
import { residentMemory } from "../peak-memory.ts";
import { median } from "../statistics.ts";
import { Worker } from "../worker.ts";
import { threadTime } from "./thread-time.ts";

const GRACE_MS = 30_000;

/** How long nothing is done before it counts, and how often as long as a point it counts: little is to be measured. */
const SETTLE_MS = 1000;
const LONGER = 3;

interface IdleRound {
  /** Shares of a processor. */
  readonly caller: number;
  readonly worker: number;
  /** Bytes. */
  readonly callerMemory: number;
  readonly workerMemory: number;
}

/** Measures caller and worker after one call, while nobody asks anything. */
export async function measureIdle(
  peers: readonly string[],
  rounds: number,
  { measureMs }: Duration,
): Promise<ExtraResult> {
  const measured = new Map(peers.map((peer) => [peer, [] as IdleRound[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [peer, results] of measured) {
      const result = await idleRound(peer, LONGER * measureMs);
      if (result !== null) results.push(result);
    }
  }
  const found = [...measured].filter(([, results]) => results.length > 0);
  const rows = found.map(([peer, results]) => {
    const of = (figure: keyof IdleRound): number => median(results.map((each) => each[figure]));
    return {
      peer,
      caller: of("caller"),
      worker: of("worker"),
      callerMemory: of("callerMemory"),
      workerMemory: of("workerMemory"),
    };
  });
  return {
    rows,
    samples: found.flatMap(([peer, results]) =>
      results.flatMap(({ caller, worker, callerMemory, workerMemory }, round) => [
        { point: "idle", peer, figure: "busy", round, value: Math.max(caller, worker) } as const,
        { point: "idle", peer, figure: "resident", round, value: Math.max(callerMemory, workerMemory) } as const,
      ]),
    ),
    table: markdownTable(
      ["idle", "processor of the caller", "of the worker", "caller MiB", "worker MiB"],
      rows.map((row) => [
        row.peer,
        `${(row.caller * 100).toFixed(2)}%`,
        `${(row.worker * 100).toFixed(2)}%`,
        (row.callerMemory / 2 ** 20).toFixed(0),
        (row.workerMemory / 2 ** 20).toFixed(0),
      ]),
      1,
    ),
  };
}

/** Null for a peer that cannot do it. */
async function idleRound(peer: string, measureMs: number): Promise<IdleRound | null> {
  const limitMs = SETTLE_MS + measureMs + GRACE_MS;
  await using worker = await Worker.start(peer, limitMs);
  const caller = await worker.call({ kind: "idle", warmupMs: SETTLE_MS, measureMs: 2 * measureMs }, limitMs);
  try {
    if ((await caller.next<true | null>()) === null) return null;
    await Bun.sleep(SETTLE_MS);
    const from = performance.now();
    const before = [caller, worker].map(({ pid }) => threadTime(pid));
    await Bun.sleep(measureMs);
    const elapsed = (performance.now() - from) * 1000;
    const [own = Number.NaN, served = Number.NaN] = [caller, worker].map(
      ({ pid }, index) => (threadTime(pid) - (before[index] ?? Number.NaN)) / elapsed,
    );
    return {
      caller: own,
      worker: served,
      callerMemory: residentMemory(caller.pid),
      workerMemory: residentMemory(worker.pid),
    };
  } finally {
    caller.kill();
    await caller.end();
  }
}

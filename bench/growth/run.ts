import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lines } from "../../scripts/lib/lines.ts";
import { cpuTime } from "../cpu-time.ts";
import type { ExtraResult } from "../extra.ts";
import type { Sample } from "../goals/goal.ts";
import { markdownTable } from "../markdown-table.ts";
import type { Duration } from "../measure.ts";
import { residentMemory } from "../peak-memory.ts";
import { GROWTH_PEERS } from "./growth.ts";
import type { GrowthMeasurement, GrowthPeer, GrowthTask } from "./growth.ts";

const IN_FLIGHT = 16;
/** Processes that the instances are in, at most. */
const PROCESSES = 20;
const LIMIT_MS = 300_000;
/** Records are kept alive every 3.3 s: less would be chance. */
const LEAST_REST_MS = 4000;

const PROGRAMS = {
  raw: { worker: "raw-worker.ts", caller: "raw-caller.ts" },
  stator: { worker: "worker.ts", caller: "caller.ts" },
} as const;

const STEPS = {
  instances: { full: [1, 10, 100, 1000], quick: [1, 10, 100] },
  streams: { full: [1, 100, 1000, 10_000], quick: [1, 100, 1000] },
} as const;

interface GrowthRow extends GrowthMeasurement {
  /** `100 instances`, `1,000 open streams`. */
  readonly point: string;
  readonly peer: GrowthPeer;
  /** Processor of the caller for a call, and of all workers, in microseconds. */
  readonly callerCpu: number;
  readonly workerCpu: number;
  /** Processor of caller and workers while nothing is called, in milliseconds a second: a part of that of the calls, too. */
  readonly atRest: number;
  /** Of a call, both together, as a multiple of the first step's. */
  readonly ratio: number;
  /** Memory of all workers, in bytes. */
  readonly workers: number;
}

/**
 * Measures what a call costs as the number of instances grows, beside raw sockets with as many connections to as many
 * listeners, and as the number of open streams does.
 */
export async function measureGrowth(
  quick: boolean,
  duration: Duration,
  log: (line: string) => void,
): Promise<ExtraResult> {
  const rows: GrowthRow[] = [];
  for (const what of ["instances", "streams"] as const) {
    const first = new Map<GrowthPeer, number>();
    for (const count of STEPS[what][quick ? "quick" : "full"]) {
      for (const peer of what === "instances" ? GROWTH_PEERS : (["stator"] as const)) {
        const restMs = what === "instances" ? Math.max(duration.measureMs, LEAST_REST_MS) : 0;
        const task = { instances: 1, streams: 0, concurrency: IN_FLIGHT, restMs, ...duration, [what]: count };
        const measured = await grown(peer, task);
        const cost = measured.callerCpu + measured.workerCpu;
        if (!first.has(peer)) first.set(peer, cost);
        const row = { point: named(what, count), peer, ratio: cost / (first.get(peer) ?? Number.NaN), ...measured };
        log(`growth, ${row.point}, ${peer}: ${cost.toFixed(1)} us of processor a call`);
        rows.push(row);
      }
    }
  }
  return { rows, samples: samples(rows), table: table(rows) };
}

function named(what: keyof typeof STEPS, count: number): string {
  const name = what === "instances" ? "instance" : "open stream";
  return `${count.toLocaleString("en-US")} ${name}${count === 1 ? "" : "s"}`;
}

function samples(rows: readonly GrowthRow[]): Sample[] {
  return rows.map(({ point, peer, ratio }) => ({ point, peer, figure: "growth", round: 0, value: ratio }));
}

function table(rows: readonly GrowthRow[]): string {
  return markdownTable(
    [
      "calls, 16 in flight, with",
      "peer",
      "per second",
      "p50 us",
      "caller cpu us",
      "workers cpu us",
      "both beside the first",
      "at rest, ms a second",
      "caller MiB",
      "workers MiB",
    ],
    rows.map((row) => [
      row.point,
      row.peer,
      Math.round(row.rate).toLocaleString("en-US"),
      Number.isFinite(row.p50) ? row.p50.toFixed(0) : "",
      row.callerCpu.toFixed(1),
      row.workerCpu.toFixed(1),
      row.ratio.toFixed(2),
      Number.isFinite(row.atRest) ? row.atRest.toFixed(0) : "",
      (row.resident / 2 ** 20).toFixed(0),
      (row.workers / 2 ** 20).toFixed(0),
    ]),
    2,
  );
}

async function grown(peer: GrowthPeer, task: GrowthTask): Promise<Omit<GrowthRow, "point" | "peer" | "ratio">> {
  const folder = mkdtempSync(join(tmpdir(), "stator-bench-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const start = (script: string, argument: string) => {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, script), argument], {
      env: {
        ...process.env,
        DYN_LOG: process.env["DYN_LOG"] ?? "warn",
        DYN_DISCOVERY_BACKEND: "file",
        DYN_FILE_KV: join(folder, "discovery"),
      },
      stdio: ["pipe", "pipe", "inherit"],
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    stack.defer(async () => {
      child.kill("SIGKILL");
      await child.exited;
    });
    return { pid: child.pid, output: lines(child.stdout) };
  };
  const { worker, caller: program } = PROGRAMS[peer];
  const processes = Math.min(PROCESSES, task.instances);
  const workers = Array.from({ length: processes }, () => start(worker, String(task.instances / processes)));
  const ready: unknown[] = [];
  for (const { output } of workers) ready.push(JSON.parse(await line(output, "a worker")));
  const addresses = peer === "raw" ? (ready.flat() as string[]) : [];
  const caller = start(program, JSON.stringify({ ...task, addresses }));
  const spent = (): number => workers.reduce((sum, { pid }) => sum + cpuTime(pid), 0);
  await line(caller.output, "the caller");
  const resting = spent();
  await line(caller.output, "the caller");
  const before = spent();
  const measured = JSON.parse(await line(caller.output, "the caller")) as GrowthMeasurement;
  return {
    ...measured,
    callerCpu: measured.cpu / measured.total,
    workerCpu: (spent() - before) / measured.total,
    atRest: task.restMs === 0 ? Number.NaN : (measured.rest + before - resting) / task.restMs,
    workers: workers.reduce((sum, { pid }) => sum + residentMemory(pid), 0),
  };
}

async function line(output: AsyncGenerator<string>, who: string): Promise<string> {
  const { value, done } = await output.next();
  if (done === true) throw new Error(`${who} ended without a result; see its output above.`);
  return value;
}

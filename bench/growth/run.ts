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
import type { GrowthMeasurement, GrowthTask } from "./growth.ts";

const IN_FLIGHT = 16;
/** Processes that the instances are in, at most. */
const PROCESSES = 20;
const LIMIT_MS = 300_000;

const STEPS = {
  instances: { full: [1, 10, 100, 1000], quick: [1, 10, 100] },
  streams: { full: [1, 100, 1000, 10_000], quick: [1, 100, 1000] },
} as const;

interface GrowthRow extends GrowthMeasurement {
  /** `100 instances`, `1,000 open streams`. */
  readonly point: string;
  /** Processor of the caller for a call, and of all workers, in microseconds. */
  readonly callerCpu: number;
  readonly workerCpu: number;
  /** Of both together, as a multiple of the first step's. */
  readonly ratio: number;
  /** Memory of all workers, in bytes. */
  readonly workers: number;
}

/** Measures what a call costs as the number of instances grows, and as the number of open streams does. */
export async function measureGrowth(
  quick: boolean,
  duration: Duration,
  log: (line: string) => void,
): Promise<ExtraResult> {
  const rows: GrowthRow[] = [];
  for (const what of ["instances", "streams"] as const) {
    let first: number | null = null;
    for (const count of STEPS[what][quick ? "quick" : "full"]) {
      const task = { instances: 1, streams: 0, concurrency: IN_FLIGHT, ...duration, [what]: count };
      const measured = await grown(task);
      const cost = measured.callerCpu + measured.workerCpu;
      first ??= cost;
      const name =
        what === "instances" ? (count === 1 ? "instance" : "instances") : count === 1 ? "open stream" : "open streams";
      const row = { point: `${count.toLocaleString("en-US")} ${name}`, ratio: cost / first, ...measured };
      log(`growth, ${row.point}: ${cost.toFixed(1)} us of processor a call`);
      rows.push(row);
    }
  }
  return {
    rows,
    samples: rows.map(({ point, ratio }): Sample => ({
      point,
      peer: "stator",
      figure: "growth",
      round: 0,
      value: ratio,
    })),
    table: markdownTable(
      [
        "calls, 16 in flight, with",
        "per second",
        "p50 us",
        "caller cpu us",
        "workers cpu us",
        "both beside the first",
        "caller MiB",
        "workers MiB",
      ],
      rows.map((row) => [
        row.point,
        Math.round(row.rate).toLocaleString("en-US"),
        Number.isFinite(row.p50) ? row.p50.toFixed(0) : "",
        row.callerCpu.toFixed(1),
        row.workerCpu.toFixed(1),
        row.ratio.toFixed(2),
        (row.resident / 2 ** 20).toFixed(0),
        (row.workers / 2 ** 20).toFixed(0),
      ]),
      1,
    ),
  };
}

async function grown(task: GrowthTask): Promise<Omit<GrowthRow, "point" | "ratio">> {
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
  const processes = Math.min(PROCESSES, task.instances);
  const workers = Array.from({ length: processes }, () => start("worker.ts", String(task.instances / processes)));
  for (const { output } of workers) await line(output, "a worker");
  const caller = start("caller.ts", JSON.stringify(task));
  await line(caller.output, "the caller");
  const spent = (): number => workers.reduce((sum, { pid }) => sum + cpuTime(pid), 0);
  const before = spent();
  const measured = JSON.parse(await line(caller.output, "the caller")) as GrowthMeasurement;
  return {
    ...measured,
    callerCpu: measured.cpu / measured.total,
    workerCpu: (spent() - before) / measured.total,
    workers: workers.reduce((sum, { pid }) => sum + residentMemory(pid), 0),
  };
}

async function line(output: AsyncGenerator<string>, who: string): Promise<string> {
  const { value, done } = await output.next();
  if (done === true) throw new Error(`${who} ended without a result; see its output above.`);
  return value;
}

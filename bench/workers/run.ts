import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { lines } from "../../scripts/lib/lines.ts";
import type { Duration } from "../measure.ts";
import { median } from "../statistics.ts";
import type { CallerTask, WorkersMeasurement } from "./measurement.ts";

/** What is called, with so many calls open at the same time. */
const LOADS = [
  { handler: "small", concurrency: 64, description: "small handler, 64 in flight" },
  { handler: "busy", concurrency: 8, description: "busy handler, 8 in flight" },
] as const;

const COUNTS = [1, 2, 4] as const;

/** The medians of one load with so many workers. */
export interface WorkersRow extends WorkersMeasurement {
  readonly load: string;
  readonly workers: number;
  /** Rate divided by that of one worker in the same round. */
  readonly ratio: number;
}

/** Starting a graph takes long on a busy machine; one that hangs is an error after so many milliseconds. */
const START_MS = 60_000;

/**
 * How many more calls a service answers with two and four workers than with one: processes under `stator serve`, found through
 * discovery, called in turn from one process. The numbers of workers take turns, and who goes first changes with the round.
 */
export async function measureWorkers(rounds: number, duration: Duration): Promise<WorkersRow[]> {
  const rows: WorkersRow[] = [];
  for (const { handler, concurrency, description } of LOADS) {
    const measured = new Map<number, WorkersMeasurement[]>(COUNTS.map((count) => [count, []]));
    for (let round = 0; round < rounds; round++) {
      for (const workers of round % 2 === 0 ? COUNTS : COUNTS.toReversed()) {
        const result = await withWorkers(workers, { handler, workers, concurrency, ...duration });
        measured.get(workers)?.push(result);
      }
    }
    const alone = measured.get(1) ?? [];
    for (const [workers, results] of measured) {
      const of = (figure: keyof WorkersMeasurement): number => median(results.map((each) => each[figure]));
      const ratio = median(results.map(({ rate }, round) => rate / (alone[round]?.rate ?? Number.NaN)));
      rows.push({
        load: description,
        workers,
        ratio,
        rate: of("rate"),
        p50: of("p50"),
        p99: of("p99"),
        callerProcessors: of("callerProcessors"),
        workerProcessors: of("workerProcessors"),
        least: of("least"),
      });
    }
  }
  return rows;
}

async function withWorkers(workers: number, task: CallerTask): Promise<WorkersMeasurement> {
  const folder = mkdtempSync(join(tmpdir(), "stator-bench-"));
  const environment = {
    ...process.env,
    DYN_LOG: process.env["DYN_LOG"] ?? "warn",
    DYN_DISCOVERY_BACKEND: "file",
    DYN_FILE_KV: join(folder, "discovery"),
    STATOR_RUN_DIR: join(folder, "run"),
  };
  const root = join(import.meta.dir, "..", "..");
  const start = (script: string, ...argv: string[]) =>
    Bun.spawn([process.execPath, join(root, script), ...argv], {
      cwd: root,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
  const graph = start(
    "packages/sdk/src/cli/stator.ts",
    "serve",
    "bench/workers/service.ts#Worker",
    `--Worker.workers=${workers}`,
  );
  const timer = setTimeout(() => graph.kill("SIGTERM"), START_MS + 2 * (task.warmupMs + task.measureMs));
  try {
    await line(graph, /^ready /, "the graph");
    const caller = start("bench/workers/caller.ts", JSON.stringify(task));
    const result = await line(caller, /^\{/, "the caller");
    await caller.exited;
    return JSON.parse(result) as WorkersMeasurement;
  } finally {
    clearTimeout(timer);
    graph.kill("SIGTERM");
    await graph.exited;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function line({ stdout, stderr }: Bun.ReadableSubprocess, pattern: RegExp, who: string): Promise<string> {
  const errors = stderr.text();
  for await (const each of lines(stdout)) if (pattern.test(each)) return each;
  throw new Error(`${who} ended without a result:\n${await errors}`);
}

/** The rows as a table in Markdown. */
export function workersTable(rows: readonly WorkersRow[]): string {
  const cells = rows.map((row) => [
    row.load,
    String(row.workers),
    Math.round(row.rate).toLocaleString("en-US"),
    row.ratio.toFixed(2),
    row.p50.toFixed(0),
    row.p99.toFixed(0),
    row.workerProcessors.toFixed(2),
    row.callerProcessors.toFixed(2),
    row.least.toFixed(2),
  ]);
  return [
    "| load | workers | calls per second | times one worker | p50 us | p99 us | processors of the workers | of the caller | least share |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...cells.map((each) => `| ${each.join(" | ")} |`),
  ].join("\n");
}

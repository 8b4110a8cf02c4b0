import type { ExtraResult } from "../extra.ts";
import type { Sample } from "../goals/goal.ts";
import { markdownTable } from "../markdown-table.ts";
import { residentMemory } from "../peak-memory.ts";
import { median } from "../statistics.ts";
import { Worker } from "../worker.ts";
import type { SoakProgress, SoakTask } from "./soak.ts";

const PARTS = 20;
/** Parts at the beginning that do not count, and those at either end that are compared. */
const SETTLE = 3;
const COMPARED = 4;
const LIMIT_MS = 30 * 60_000;
const GRACE_MS = 60_000;

const AMOUNTS = {
  full: { unary: 10_000_000, stream: 100_000_000 },
  quick: { unary: 200_000, stream: 2_000_000 },
} as const;

interface SoakRow {
  readonly what: "calls" | "items";
  readonly amount: number;
  readonly done: number;
  /** Resident memory after each part, in bytes. */
  readonly caller: readonly number[];
  readonly worker: readonly number[];
  /** The last parts beside early ones, of whichever process grew more; `NaN` when the time was up too early. */
  readonly growth: number;
}

/** Watches the memory of both processes over many calls and items, at most half an hour for each. */
export async function measureSoak(quick: boolean, log: (line: string) => void): Promise<ExtraResult> {
  const rows: SoakRow[] = [];
  for (const of of ["unary", "stream"] as const)
    rows.push(await soakRow(of, AMOUNTS[quick ? "quick" : "full"][of], log));
  const whole = quick ? [] : rows.filter(({ done, amount }) => done >= amount);
  return {
    rows,
    samples: whole.map(({ what, growth }): Sample => ({
      point: `soak of ${what}`,
      peer: "stator",
      figure: "growth",
      round: 0,
      value: growth,
    })),
    table: markdownTable(
      ["soak", "done", "caller MiB early", "at the end", "worker MiB early", "at the end", "end beside early"],
      rows.map(({ what, done, caller, worker, growth }) => [
        what,
        done.toLocaleString("en-US"),
        ...[caller, worker].flatMap((each) => [early(each), late(each)].map((bytes) => (bytes / 2 ** 20).toFixed(0))),
        growth.toFixed(2),
      ]),
      1,
    ),
  };
}

async function soakRow(of: "unary" | "stream", amount: number, log: (line: string) => void): Promise<SoakRow> {
  await using worker = await Worker.start("stator", LIMIT_MS + GRACE_MS);
  const task: SoakTask = { kind: "soak", of, amount, parts: PARTS, limitMs: LIMIT_MS };
  const caller = await worker.call(task, LIMIT_MS + GRACE_MS);
  const memory = { caller: [] as number[], worker: [] as number[] };
  const what = of === "unary" ? "calls" : "items";
  let done = 0;
  for (let next = await caller.next<SoakProgress | null>(); next !== null; next = await caller.next()) {
    done = next.done;
    memory.caller.push(next.resident);
    memory.worker.push(residentMemory(worker.pid));
    log(
      `soak, ${done.toLocaleString("en-US")} ${what}: ${mib(memory.caller)} MiB caller, ${mib(memory.worker)} MiB worker`,
    );
  }
  await caller.end();
  const growth = Math.max(...[memory.caller, memory.worker].map((each) => late(each) / early(each)));
  return { what, amount, done, ...memory, growth };
}

function mib(memory: readonly number[]): string {
  return ((memory.at(-1) ?? Number.NaN) / 2 ** 20).toFixed(0);
}

function early(memory: readonly number[]): number {
  return median(memory.slice(SETTLE, SETTLE + COMPARED));
}

function late(memory: readonly number[]): number {
  return median(memory.slice(-COMPARED));
}

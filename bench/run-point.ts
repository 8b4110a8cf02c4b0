import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lines } from "../scripts/lib/lines.ts";
import type { Duration, Measurement, Point } from "./measure.ts";
import { peerCommand } from "./peer-command.ts";

/** A point that hangs is an error after this many milliseconds beyond its own time. */
const GRACE_MS = 30_000;

/** What the calling process reports: `cpu` is its own time of the processor, for `total` calls or items. */
type CallerResult = Omit<Measurement, "workerMemory"> & { total: number };

/** What the worker reports; `cpu` as the caller's. */
type WorkerResult = Pick<Measurement, "cpu" | "workerMemory">;

/** Measures one point in two fresh processes, so that no point inherits another's heap. */
export async function runPoint(peer: string, point: Point, duration: Duration): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), "stator-bench-"));
  const logging = { DYN_LOG: process.env["DYN_LOG"] ?? "warn" };
  const start = await peerCommand(peer, "server", folder, []);
  const worker = Bun.spawn([...start.argv], {
    env: { ...process.env, ...logging, ...start.environment },
    stdin: "pipe",
    stdout: "pipe",
    stderr: start.stderr,
  });
  const timer = setTimeout(() => worker.kill(9), duration.warmupMs + duration.measureMs + GRACE_MS);
  try {
    const output = lines(worker.stdout);
    const { address } = await nextLine<{ address: string }>(output, `the worker of ${peer}`);
    const call = await peerCommand(peer, "client", folder, [address, JSON.stringify({ ...point, ...duration })]);
    const client = Bun.spawn([...call.argv], {
      env: { ...process.env, ...logging, ...call.environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: call.stderr,
      timeout: duration.warmupMs + duration.measureMs + GRACE_MS,
    });
    const caller = await nextLine<CallerResult>(lines(client.stdout), `the caller of ${peer}`);
    await client.exited;
    await worker.stdin.end();
    const { cpu, workerMemory } = await nextLine<WorkerResult>(output, `the worker of ${peer}`);
    const { total, ...result } = caller;
    return { ...result, cpu: (caller.cpu + cpu) / total, workerMemory };
  } finally {
    clearTimeout(timer);
    worker.kill();
    await worker.exited;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function nextLine<T>(output: AsyncGenerator<string>, who: string): Promise<T> {
  const line = await output.next();
  if (line.done === true) throw new Error(`${who} ended without a result; see its output above.`);
  return JSON.parse(line.value) as T;
}

import { expect, test } from "bun:test";
import type { Row } from "../../bench/report.ts";
import type { WorkersRow } from "../../bench/workers/run.ts";
import { root } from "../../scripts/lib/paths.ts";

test("the bench measures every point with both peers", async () => {
  const bench = Bun.spawn([process.execPath, "bench/run.ts", "--quick", "--json"], {
    cwd: root,
    stdout: "pipe",
    stderr: "inherit",
  });
  const [output, exitCode] = await Promise.all([bench.stdout.text(), bench.exited]);
  expect(exitCode).toBe(0);
  const { rows, workers } = JSON.parse(output) as { rows: Row[]; workers: WorkersRow[] };
  expect(rows.map(({ peer, point }) => `${peer} ${point.kind} ${point.concurrency}`)).toEqual(
    ["unary 1", "unary 16", "unary 128", "stream 1", "stream 16", "stream 64"].flatMap((point) => [
      `raw ${point}`,
      `stator ${point}`,
    ]),
  );
  for (const row of rows) {
    expect(row.rate).toBeGreaterThan(0);
    expect(row.ratio).toBeGreaterThan(0);
    expect(row.p99).toBeGreaterThanOrEqual(row.p50);
  }
  expect(workers.map((row) => row.workers)).toEqual([1, 2, 1, 2]);
  for (const row of workers) {
    expect(row.rate).toBeGreaterThan(0);
    // In turn: nobody is left out, whatever else the machine does.
    expect(row.least).toBeGreaterThan(0.8);
  }
});

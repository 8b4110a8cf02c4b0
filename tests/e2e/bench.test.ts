import { expect, test } from "bun:test";
import type { Row } from "../../bench/report.ts";
import type { ValidatorRow } from "../../bench/validators/run.ts";
import type { WorkersRow } from "../../bench/workers/run.ts";
import { root } from "../../scripts/lib/paths.ts";

interface Result {
  readonly rows: Row[];
  readonly validators: ValidatorRow[];
  readonly workers: WorkersRow[];
}

async function bench(only: string): Promise<Result> {
  const child = Bun.spawn(
    [process.execPath, "bench/run.ts", "--quick", "--json", "-", "--only", only, "--peers", "raw,stator"],
    {
      cwd: root,
      stdout: "pipe",
      stderr: "inherit",
    },
  );
  const [output, exitCode] = await Promise.all([child.stdout.text(), child.exited]);
  expect(exitCode).toBe(0);
  return JSON.parse(output) as Result;
}

test.each([
  ["unary", [1, 16, 128]],
  ["stream", [1, 16, 64]],
] as const)("the bench measures every point with both peers: %s", async (kind, concurrencies) => {
  const { rows, validators, workers } = await bench(kind);
  expect(rows.map(({ peer, point }) => `${peer} ${point.kind} ${point.concurrency}`)).toEqual(
    concurrencies.flatMap((concurrency) => [`raw ${kind} ${concurrency}`, `stator ${kind} ${concurrency}`]),
  );
  // On a busy machine half a second may pass without an answer, or without the start of a stream: then there is no latency.
  for (const peer of ["raw", "stator"]) expect(rows.some((row) => row.peer === peer && row.rate > 0)).toBeTrue();
  for (const { p50, p99 } of rows as { p50: number | null; p99: number | null }[]) {
    if (p50 !== null && p99 !== null) expect(p99).toBeGreaterThanOrEqual(p50);
  }
  expect([validators, workers]).toEqual([[], []]);
});

test("arrays and bytes are measured of those that have them", async () => {
  const { rows } = await bench("batches,bytes");
  const raw = rows.filter(({ peer }) => peer === "raw").map(({ point }) => point.kind);
  expect(raw).toEqual(["batches", "batches", "batches", "bytes", "bytes"]);
  expect(rows.filter(({ peer, point }) => peer === "stator" && point.kind === "bytes")).toHaveLength(2);
});

test("the gate fails when a hot path has become slow, and says which", async () => {
  const child = Bun.spawn(
    [process.execPath, "bench/run.ts", "--quick", "--gate", "--only", "unary", "--at", "16", "--peers", "raw,stator"],
    // Half a millisecond of work for each call: less than a hundredth of what raw sockets do.
    { cwd: root, env: { ...process.env, BENCH_SLOW_US: "500" }, stdout: "pipe", stderr: "pipe" },
  );
  const [output, errors, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect(exitCode).toBe(1);
  expect(errors).toContain("FAIL calls, 16 in flight: rate of stator beside raw: ");
  // It has looked twice again.
  expect(output.match(/misses its floor: calls, 16 in flight: rate/g)).toHaveLength(2);
});

test("and validators of every library", async () => {
  const { rows, validators } = await bench("validators");
  expect(rows).toEqual([]);
  expect(new Set(validators.map(({ peer }) => peer))).toEqual(new Set(["stator", "zod", "valibot", "typebox", "ajv"]));
  for (const { rate } of validators) expect(rate).toBeGreaterThanOrEqual(0);
});

test("and a service with one, two and four workers, over which the router spreads the calls", async () => {
  const { workers } = await bench("workers");
  expect(workers.map((row) => row.workers)).toEqual([1, 2, 4, 1, 2, 4]);
  for (const row of workers) {
    expect(row.rate).toBeGreaterThanOrEqual(0);
    // In turn: nobody is left out, whatever else the machine does.
    expect(row.least).toBeGreaterThan(0.8);
  }
});

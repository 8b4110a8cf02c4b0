import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PEERS } from "../../bench/peer-list.ts";
import type { Row } from "../../bench/report.ts";
import { root } from "../../scripts/lib/paths.ts";

async function succeeds(...command: string[]): Promise<void> {
  const child = Bun.spawn([process.execPath, ...command], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  expect(await child.exited).toBe(0);
}

const installPeers = (): Promise<void> => succeeds("install", "--frozen-lockfile", "--cwd", "bench/peers/npm");

test("the bench measures every peer, and each answers rightly", async () => {
  await installPeers();
  const folder = mkdtempSync(join(tmpdir(), "stator-bench-"));
  try {
    const json = join(folder, "result.json");
    const plot = join(folder, "plot.svg");
    await succeeds(
      "bench/run.ts",
      "--quick",
      "--only",
      "unary,stream",
      "--at",
      "1,16",
      "--peers",
      "all",
      "--json",
      json,
      "--plot",
      plot,
    );
    const { rows } = JSON.parse(readFileSync(json, "utf8")) as { rows: Row[] };
    for (const point of ["unary 1", "unary 16", "stream 1", "stream 16"]) {
      const measured = rows.filter((row) => `${row.point.kind} ${row.point.concurrency}` === point);
      expect(measured.map(({ peer }) => peer)).toEqual(Object.keys(PEERS));
    }
    expect(readFileSync(plot, "utf8")).toContain("gRPC (grpc-js)");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the peers that need packages of npm have the types that they say", async () => {
  await installPeers();
  await succeeds("x", "tsc", "--project", "bench/peers/npm/tsconfig.json");
});

import { join } from "node:path";

import type { ExtraResult } from "../extra.ts";
import { markdownTable } from "../markdown-table.ts";
import type { Duration } from "../measure.ts";
import { spread } from "../statistics.ts";

const GRACE_MS = 60_000;

/** Measures the crossing in a process of its own for each round. */
export async function measureCrossing(rounds: number, { measureMs }: Duration): Promise<ExtraResult> {
  const measured: Record<string, number>[] = [];
  for (let round = 0; round < rounds; round++) {
    const child = Bun.spawn([process.execPath, join(import.meta.dir, "measure.ts"), String(measureMs / 2)], {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: 10 * measureMs + GRACE_MS,
    });
    const [output, code] = await Promise.all([child.stdout.text(), child.exited]);
    if (code !== 0) throw new Error("The crossing could not be measured; see the output above.");
    measured.push(JSON.parse(output) as Record<string, number>);
  }
  const rows = Object.keys(measured[0] ?? {}).map((way) => ({
    way,
    ...spread(measured.map((each) => each[way] ?? Number.NaN)),
  }));
  return {
    rows,
    samples: [],
    table: markdownTable(
      ["crossing", "nanoseconds", "min", "max"],
      rows.map(({ way, median, min, max }) => [way, ...[median, min, max].map((value) => value.toFixed(0))]),
      1,
    ),
  };
}

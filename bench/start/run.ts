import type { ExtraResult } from "../extra.ts";
import { markdownTable } from "../markdown-table.ts";
import { spread } from "../statistics.ts";
import { Worker } from "../worker.ts";

const LIMIT_MS = 60_000;

/** New processes of a peer in each round. */
const STARTS = 3;

/** Measures how long a new process takes until its first call has been answered; the worker is there already. */
export async function measureStart(peers: readonly string[], rounds: number): Promise<ExtraResult> {
  const measured = peers.map((peer) => ({ peer, imported: [] as number[], spawned: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    for (const each of round % 2 === 0 ? measured : measured.toReversed()) {
      await using worker = await Worker.start(each.peer, LIMIT_MS);
      for (let start = 0; start < STARTS; start++) {
        const from = performance.now();
        const caller = await worker.call({ kind: "first", warmupMs: 0, measureMs: 0 }, LIMIT_MS);
        const first = await caller.next<{ startMs: number } | null>();
        each.spawned.push(performance.now() - from);
        await caller.end();
        each.imported.push(first?.startMs ?? Number.NaN);
      }
    }
  }
  const rows = measured
    .filter(({ imported }) => imported.some((value) => !Number.isNaN(value)))
    .map(({ peer, imported, spawned }) => ({ peer, imported: spread(imported), spawned: spread(spawned) }));
  return {
    rows,
    samples: measured.flatMap(({ peer, imported }) =>
      imported.map((value, round) => ({ point: "start", peer, figure: "start", round, value }) as const),
    ),
    table: markdownTable(
      ["a new process", "import to first answer ms", "min", "max", "with its start ms", "min", "max"],
      rows.map(({ peer, imported, spawned }) => [
        peer,
        ...[imported, spawned].flatMap(({ median, min, max }) => [median, min, max].map((value) => value.toFixed(0))),
      ]),
      1,
    ),
  };
}

import { expect, test } from "bun:test";

import { Graph } from "../support/graph.ts";
import { httpStream } from "../support/http-stream.ts";
import { residentBytes } from "../support/processes.ts";

const STREAMS = 100;
const ITEMS = 10_000;
const ROUNDS = 8;
const MIB = 1024 * 1024;

/** Streams at once, each read to its end; gives the time in seconds. */
async function round(url: string, streams: number, items: number, label: string): Promise<number> {
  const from = performance.now();
  await Promise.all(
    Array.from({ length: streams }, async (_, index) => {
      const stream = await httpStream<{ n: number; error?: unknown }>(`${url}/run`, {
        id: `${label}-${index}`,
        count: items,
      });
      let expected = 0;
      for await (const item of stream.items) {
        if (item.n !== expected) throw new Error(`Stream ${index}: item ${expected} came as ${JSON.stringify(item)}`);
        expected++;
      }
      expect(expected).toBe(items);
    }),
  );
  return (performance.now() - from) / 1000;
}

test(`${STREAMS} concurrent streams of ${ITEMS} items through three hops: all of them, in order, memory flat`, async () => {
  await using graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend");
  const services = ["chain.backend", "chain.middle", "chain.frontend"];
  const memory = () => services.map((service) => residentBytes(graph.worker(service).pid) / MIB);
  await round(graph.url, STREAMS, 100, "warm-up");
  const table: number[][] = [memory()];
  for (let n = 0; n < ROUNDS; n++) {
    const seconds = await round(graph.url, STREAMS, ITEMS, `round-${n}`);
    table.push(memory());
    report(`round ${n + 1}: ${seconds.toFixed(1)} s, ${Math.round((STREAMS * ITEMS) / seconds)} items/s`);
  }
  for (const [index, service] of services.entries()) {
    const line = table.map((row) => Math.round(row[index] ?? 0));
    report(`${service}: resident MiB ${line.join(" > ")}`);
    // How much is waiting for the garbage collector differs from round to round; what can never go is the floor.
    const [, ...rounds] = line;
    const half = rounds.length / 2;
    expect(Math.min(...rounds.slice(half)) - Math.min(...rounds.slice(0, half))).toBeLessThan(64);
    expect(Math.max(...rounds)).toBeLessThan(512);
  }
}, 1_800_000);

function report(text: string): void {
  process.stdout.write(`${text}\n`);
}

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Command, until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { openDescriptors, residentBytes } from "../support/processes.ts";

const LIMIT_MS = 600_000;

/** Every stream has a connection of its own; a few hundred files are left for everything else. */
const STREAMS = Math.min(9500, openFiles() - 500);

test(
  `SIGTERM to the graph with ${STREAMS} streams open over HTTP: all of them end whole`,
  async () => {
    await using graph = await Graph.start("tests/e2e/fixtures/held.ts#Frontend", ["--drain-ms", String(LIMIT_MS)]);
    const job = { gate: join(graph.discovery, "..", "gate"), everyMs: 1000, more: 20 };
    const argv = ["tests/full/fixtures/http-streams.ts", `${graph.url}/stream`, String(STREAMS), JSON.stringify(job)];
    const from = performance.now();
    await using caller = new Command(argv, { BUN_CONFIG_MAX_HTTP_REQUESTS: String(STREAMS + 1) });
    const says = (pattern: RegExp) => caller.output.find((each) => pattern.test(each));
    // One that fails before is told at the end.
    await until(() => says(/^(open$|\{)/) !== undefined, "all streams are open", LIMIT_MS);
    const { pid } = graph.worker("held.frontend");
    const open = { seconds: seconds(from), descriptors: openDescriptors(pid), bytes: residentBytes(pid) };
    const stopped = graph.stop();
    await until(() => refuses(graph.url), "the port is closed");
    const opened = performance.now();
    await Bun.write(job.gate, "");
    await until(() => says(/^\{/) !== undefined, "all streams have ended", LIMIT_MS);
    process.stdout.write(
      `${STREAMS} streams over HTTP, open after ${open.seconds} s, drained in ${seconds(opened)} s; the front has ` +
        `${open.descriptors} descriptors and ${Math.round(open.bytes / 1024 / 1024)} MiB\n`,
    );
    expect(JSON.parse(says(/^\{/) ?? "null")).toEqual({ whole: STREAMS, failures: {} });
    expect(await stopped).toBe(0);
    expect(graph.command.text).toContain(`streams: ${STREAMS} whole, 0 cut`);
    expect(open.bytes).toBeLessThan(1024 * 1024 * 1024);
  },
  LIMIT_MS * 2,
);

function refuses(url: string): Promise<boolean> {
  return fetch(url).then(
    () => false,
    () => true,
  );
}

function openFiles(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]);
}

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1);
}

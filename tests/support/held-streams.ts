import { join } from "node:path";

import { type Client, DistributedRuntime } from "@stator/runtime-native";

import type { Item } from "../e2e/fixtures/held.ts";
import { until, within } from "./command.ts";
import { failure } from "./failure.ts";
import { Graph } from "./graph.ts";
import { openDescriptors, residentBytes } from "./processes.ts";

/** What was seen of streams that were open when their graph was told to end. */
export interface Drained {
  /** Streams that ended whole, in order, with their last item. */
  readonly whole: number;
  /** What the others ended with, each once. */
  readonly failures: readonly string[];
  /** What a call got that came after the graph had withdrawn. */
  readonly late: unknown;
  /** How many streams the backend itself has seen the end of. */
  readonly backend: string;
  /** Exit code of the graph. */
  readonly code: number;
  readonly figures: DrainFigures;
}

export interface DrainFigures {
  readonly openSeconds: number;
  /** From the moment from which streams could end to the end of the last one. */
  readonly drainSeconds: number;
  readonly items: number;
  /** Of each process, while all streams are open, in bytes. */
  readonly resident: Readonly<Record<string, number>>;
  /** Open files and sockets of the front while all streams are open: streams share connections. */
  readonly descriptors: number;
}

const SERVICES = ["held.frontend", "held.middle", "held.backend"];

/**
 * Opens streams through three services, each of which goes on giving items; tells the processes to end while all of them
 * are open; lets them end only after that.
 *
 * @param who `graph`: the supervisor gets SIGTERM, and drains the front first. `workers`: all three workers get it at once,
 * and are started again.
 */
export async function drainUnderLoad(streams: number, who: "graph" | "workers", limitMs: number): Promise<Drained> {
  await using graph = await Graph.start("tests/e2e/fixtures/held.ts#Frontend", ["--drain-ms", String(limitMs)]);
  await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  await using client = await runtime.endpoint("held.frontend.stream").client<object, Item>();
  await client.waitForInstances();
  const job = { gate: join(graph.discovery, "..", "gate"), everyMs: 1000, more: 20 };

  const from = performance.now();
  const readers = Array.from({ length: streams }, () => read(client, job));
  await within(Promise.all(readers.map(({ accepted }) => accepted)), "all streams are open", limitMs);
  const openSeconds = seconds(from);
  const resident = Object.fromEntries(SERVICES.map((name) => [name, residentBytes(graph.worker(name).pid)]));

  const descriptors = openDescriptors(graph.worker("held.frontend").pid);

  const before = client.instanceIds();
  const stopped = who === "graph" ? graph.stop() : null;
  if (who === "workers") for (const name of SERVICES) process.kill(graph.worker(name).pid, "SIGTERM");
  await until(() => !client.instanceIds().some((id) => before.includes(id)), "the graph has withdrawn", limitMs);
  const late = who === "graph" ? await failure(client.generate(job).one()) : null;

  const opened = performance.now();
  await Bun.write(job.gate, "");
  const results = await within(Promise.all(readers.map(({ result }) => result)), "all streams have ended", limitMs);
  const drainSeconds = seconds(opened);
  const [backend = ""] = await graph.command.line(/streams: .*/);
  if (who === "workers") await answersAgain(client, job, limitMs);
  const code = await (stopped ?? graph.stop());
  const failures = new Set(results.filter((each) => typeof each === "string"));
  const counts = results.filter((each) => typeof each === "number");
  const items = counts.reduce((sum, each) => sum + each, 0);
  const memory = { ...resident, caller: residentBytes(process.pid) };
  const figures = { openSeconds, drainSeconds, items, resident: memory, descriptors };
  return { whole: counts.length, failures: [...failures], late, backend, code, figures };
}

/** Reads a stream to its end: how many items it had, or what was wrong. */
function read(
  client: Client<object, Item>,
  job: object,
): { accepted: Promise<void>; result: Promise<number | string> } {
  const accepted = Promise.withResolvers<void>();
  const all = async (): Promise<number> => {
    let [next, last] = [0, false];
    for await (const item of client.generate(job)) {
      accepted.resolve();
      if (item.n !== next || last) throw new Error(`item ${item.n} came in place of ${next}`);
      next += 1;
      last = item.last;
    }
    if (!last) throw new Error(`the stream ended after ${next} items, without its last one`);
    return next;
  };
  const result = all().catch((error: unknown) => {
    accepted.resolve();
    return String(error);
  });
  return { accepted: accepted.promise, result };
}

/** The workers that were told to end have been replaced. */
async function answersAgain(client: Client<object, Item>, job: object, limitMs: number): Promise<void> {
  await until(
    async () => typeof (await read(client, job).result) === "number",
    "the graph answers again, by new workers",
    limitMs,
  );
}

function seconds(from: number): number {
  return (performance.now() - from) / 1000;
}

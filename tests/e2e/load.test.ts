import { expect, test } from "bun:test";
import { join } from "node:path";

import { DistributedRuntime } from "@stator/runtime-native";

import { until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { httpStream, readAll } from "../support/http-stream.ts";

interface Item {
  readonly n: number;
  readonly by: string;
}

type Outcome = { readonly items: Item[]; readonly error: Record<string, unknown> | null };

/** Keeps `width` streams of a kind going until told to stop. */
class Load {
  readonly outcomes: Outcome[] = [];
  private running = true;
  private readonly workers: Promise<void>[];
  private count = 0;

  constructor(
    private readonly url: string,
    private readonly job: object,
    width: number,
  ) {
    this.workers = Array.from({ length: width }, () => this.work());
  }

  /** Resolves when so many more streams have ended. */
  async more(count: number): Promise<void> {
    const target = this.outcomes.length + count;
    await until(() => this.outcomes.length >= target, `${count} more streams have ended`);
  }

  async stop(): Promise<Outcome[]> {
    this.running = false;
    await Promise.all(this.workers);
    return this.outcomes;
  }

  private async work(): Promise<void> {
    while (this.running) {
      const stream = await httpStream<Item>(this.url, { id: `load-${this.count++}`, ...this.job });
      this.outcomes.push(await readAll(stream));
    }
  }
}

const whole = ({ items, error }: Outcome, count: number) =>
  error === null && items.length === count && items.every((item, index) => item.n === index);

test("kill -9 of one of two backends: idempotent calls without an item go to the other, the rest get a typed error", async () => {
  await using graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend", ["--Backend.workers=2"]);
  const [victim, other] = graph.workers("chain.backend");
  if (victim === undefined || other === undefined) throw new Error("Two backends were expected.");
  await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  const client = await runtime.endpoint("chain.backend.run").client();
  await client.waitForInstances({ min: 2 });

  // Streams without an item so far: half of them on the victim when it dies.
  const gate = join(graph.discovery, "..", "gate");
  const early = Array.from({ length: 20 }, (_, n) =>
    httpStream<Item>(`${graph.url}/run`, { id: `early-${n}`, count: 20, gate }).then(readAll),
  );
  const once = Array.from({ length: 20 }, (_, n) =>
    httpStream<Item>(`${graph.url}/once`, { id: `once-${n}`, count: 500, everyMs: 10 }).then(readAll),
  );
  const load = new Load(`${graph.url}/run`, { count: 20 }, 8);
  for (let n = 0; n < 20; n++) {
    await graph.command.line(new RegExp(`event early-${n} start$`));
    await graph.command.line(new RegExp(`event once-${n} start$`));
  }
  await load.more(50);
  process.kill(victim.pid, "SIGKILL");
  await graph.command.line(/^stator .*ended with signal SIGKILL/);
  await load.more(200);
  await Bun.write(gate, "");

  // Nothing had been received: they are made again elsewhere, and nobody notices.
  for (const outcome of await Promise.all(early)) {
    expect(whole(outcome, 20)).toBeTrue();
    expect(outcome.items[0]?.by).not.toBe(victim.instanceId);
  }
  expect(graph.command.output.filter((line) => /event early-\d+ start$/.test(line)).length).toBeGreaterThan(20);

  for (const outcome of await load.stop()) {
    if (outcome.error === null) continue;
    // Items had been received already: nobody may pretend that nothing happened.
    expect(outcome.error["code"]).toBe("unknown_outcome");
    expect(outcome.items.length).toBeGreaterThan(0);
  }
  const results = await Promise.all(once);
  for (const outcome of results) {
    if (outcome.error === null) expect(outcome.items).toHaveLength(500);
    else expect(outcome.error["code"]).toBe("unknown_outcome");
  }
  expect(results.filter((outcome) => outcome.error !== null).length).toBeGreaterThan(0);
  expect(results.filter((outcome) => outcome.error === null).length).toBeGreaterThan(0);

  // The dead instance leaves discovery by itself.
  await until(() => !client.instanceIds().includes(BigInt(victim.instanceId)), "discovery is clean");
  expect(client.instanceIds()).toContain(BigInt(other.instanceId));
}, 120_000);

test("SIGTERM of one of two backends under load: no stream is lost, it ends with 0", async () => {
  await using graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend", ["--Backend.workers=2"]);
  const [victim] = graph.workers("chain.backend");
  if (victim === undefined) throw new Error("Two backends were expected.");
  const load = new Load(`${graph.url}/once`, { count: 30, everyMs: 5 }, 16);
  await load.more(20);
  process.kill(victim.pid, "SIGTERM");
  await graph.command.line(/^stator .*Backend \d ended with exit code 0; starting it again/);
  await load.more(100);
  const outcomes = await load.stop();
  expect(outcomes.filter((outcome) => !whole(outcome, 30))).toEqual([]);
}, 120_000);

test("SIGTERM of the graph under load: open streams end whole, exit code 0", async () => {
  await using graph = await Graph.start("tests/e2e/fixtures/chain.ts#Frontend");
  const open = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      httpStream<Item>(`${graph.url}/once`, { id: `open-${n}`, count: 100, everyMs: 10 }),
    ),
  );
  const read = Promise.all(open.map(readAll));
  expect(await graph.stop()).toBe(0);
  const outcomes = await read;
  expect(outcomes.filter((outcome) => !whole(outcome, 100))).toEqual([]);
}, 120_000);

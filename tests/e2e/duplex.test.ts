import { expect, test } from "bun:test";

import { DistributedRuntime } from "@stator/runtime-native";

import { until } from "../support/command.ts";
import { Graph } from "../support/graph.ts";
import { residentBytes } from "../support/processes.ts";
import type { Part } from "./fixtures/echo.ts";

const COUNT = 10_000;
const SIZE = 4096;
/** What a stream may have under way, the default of `streamWindowBytes`. */
const WINDOW = 262_144;
/** Parts between one pause and the next; the sides take turns. */
const EVERY = 1000;

test(`${COUNT} parts each way through two hops, both sides slowed in turn: in order, none lost, as far ahead as credit goes`, async () => {
  await using graph = await Graph.start("tests/e2e/fixtures/echo.ts#Relay");
  await using runtime = await DistributedRuntime.create({ discovery: "file", filePath: graph.discovery });
  const endpoint = <Req, Res>(path: string) => runtime.endpoint(path).client<Req, Res>();
  await using relay = await endpoint<AsyncIterable<Part>, Part>("echo.relay.echo");
  await using state = await endpoint<null, { read: number; isHeld: boolean }>("echo.echo.state");
  await using goOn = await endpoint<null, void>("echo.echo.goOn");
  await Promise.all([relay, state, goOn].map((client) => client.waitForInstances()));
  const before = heldBytes(graph);

  let sent = 0;
  const text = "x".repeat(SIZE);
  async function* parts(): AsyncGenerator<Part> {
    // The echo stops at 1000, 3000, and so on; the reader at 2000, 4000.
    for (; sent < COUNT; sent++) yield { n: sent, text, hold: sent > 0 && sent % (2 * EVERY) === EVERY };
  }

  /** How much had been sent when it did not become more over many calls over the same connections. */
  async function settled(): Promise<number> {
    for (let [last, same] = [-1, 0]; same < 50; last = sent) {
      await state.generate(null).one();
      same = sent === last ? same + 1 : 0;
    }
    return sent;
  }

  const ahead: { echo: number[]; reader: number[] } = { echo: [], reader: [] };
  let most = 0;
  const seen = (): void => {
    most = Math.max(most, ...heldBytes(graph).map((bytes, at) => bytes - (before[at] ?? 0)));
  };
  async function slowEcho(): Promise<void> {
    for (let at = EVERY; at < COUNT; at += 2 * EVERY) {
      await until(
        async () => {
          const { read, isHeld } = await state.generate(null).one();
          return isHeld && read === at + 1;
        },
        `the echo holds part ${at}`,
        90_000,
      );
      ahead.echo.push((await settled()) - at);
      seen();
      await goOn.generate(null).one();
    }
  }

  const slow = slowEcho();
  let next = 0;
  for await (const part of relay.generate(parts())) {
    expect(part.n).toBe(next);
    expect(part.text.length).toBe(SIZE);
    next += 1;
    if (next % (2 * EVERY) === 0 && next < COUNT) {
      ahead.reader.push((await settled()) - next);
      seen();
    }
  }
  await slow;
  expect(next).toBe(COUNT);
  expect((await state.generate(null).one()).read).toBe(COUNT);

  // Requests cross two hops to the echo, and their echoes two more to the reader. Twice that much would be no mistake yet:
  // what is in hand at each end is not counted.
  const window = WINDOW / SIZE;
  expect(ahead.echo).toHaveLength(5);
  for (const each of ahead.echo) expect(each).toBeLessThan(2 * 2 * window);
  expect(ahead.reader).toHaveLength(4);
  for (const each of ahead.reader) expect(each).toBeLessThan(2 * 4 * window);
  expect(most).toBeLessThan(128 * 1024 * 1024);
});

/**
 * What each process of the graph holds, and this one. Here that is what the heap has after a collection: other tests have used this process
 * before, and how late it collects depends on them.
 */
function heldBytes(graph: Graph): number[] {
  Bun.gc(true);
  return [...graph.pids().map(residentBytes), process.memoryUsage().heapUsed];
}

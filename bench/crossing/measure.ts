/**
 * `bun bench/crossing/measure.ts <milliseconds>`: what it costs to go from JavaScript to Rust and back. Prints one line of
 * JSON, the nanoseconds of each way.
 */
import { DistributedRuntime } from "@stator/runtime-native";

import { addNumbers, countTo, toCapitals } from "../../apps/examples/rust-typescript-bridge/generated/index.ts";
import type { Echo, StreamRequest, TokenItem } from "../messages.ts";
import { checkToken, echo, tokens } from "../messages.ts";
import { median } from "../statistics.ts";

const ITEMS = 20_000;
const CALLS = 2000;
const budgetMs = Number(process.argv[2]);

/** Nanoseconds of one of those that the work says it has done: the median of as many runs as the time allows. */
async function cost(work: () => number | Promise<number>): Promise<number> {
  await work();
  const costs: number[] = [];
  for (const end = performance.now() + budgetMs; performance.now() < end || costs.length === 0;) {
    const start = Bun.nanoseconds();
    const done = await work();
    costs.push((Bun.nanoseconds() - start) / done);
  }
  return median(costs);
}

let kept: unknown;

await using runtime = await DistributedRuntime.create({ discovery: "memory", requestPlane: "memory" });
await runtime.endpoint("bench.crossing.call").serveEndpoint<Echo, Echo>(async (request) => request);
await runtime.endpoint("bench.crossing.stream").serveEndpoint<StreamRequest, TokenItem>((request) => tokens(request));
const calls = await runtime.endpoint("bench.crossing.call").client<Echo, Echo>();
const streams = await runtime.endpoint("bench.crossing.stream").client<StreamRequest, TokenItem>();
for (const client of [calls, streams]) await client.waitForInstances();

const costs: Record<string, number> = {
  "a synchronous call: two numbers there, one back": await cost(() => {
    for (let i = 0; i < ITEMS; i++) kept = addNumbers(1, 2);
    return ITEMS;
  }),
  "a synchronous call: 16 letters there and back": await cost(() => {
    for (let i = 0; i < ITEMS; i++) kept = toCapitals("sixteen letters!");
    return ITEMS;
  }),
  "an item in, in batches: numbers of a binding's stream": await cost(async () => {
    for await (const item of countTo(ITEMS)) kept = item;
    return ITEMS;
  }),
  "an item out and in, in batches: a token of a stream, JSON included": await cost(async () => {
    let index = 0;
    for await (const item of streams.roundRobin({ items: ITEMS })) checkToken(item, index++);
    if (index !== ITEMS) throw new Error(`${index} items came`);
    return ITEMS;
  }),
  "the same without crossing: the generator, JSON there and back": await cost(async () => {
    let index = 0;
    for await (const item of tokens({ items: ITEMS }))
      checkToken(JSON.parse(JSON.stringify(item)) as TokenItem, index++);
    return ITEMS;
  }),
  "a call out and in, its answer out and in, in batches of 64": await cost(async () => {
    let done = 0;
    const caller = async (): Promise<void> => {
      while (done++ < CALLS) kept = await calls.roundRobin(echo(done)).one();
    };
    await Promise.all(Array.from({ length: 64 }, caller));
    return CALLS;
  }),
};
if (kept === undefined) throw new Error("Nothing was measured.");
console.log(JSON.stringify(costs));
await runtime.shutdown();
process.exit(0);

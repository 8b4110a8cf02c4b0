/** Items one for each crossing, and in batches. In one run. */
import { countTo, nextNumber, numberLater } from "../generated/index.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { isQuick, nanosecondsOfEach, ratios } from "../support/measure.ts";

const items = isQuick ? 100 : 20_000;
let last = 0;

const ways: [string, () => Promise<number>][] = [
  [
    "a stream, in batches: `for await` over `countTo`",
    async () => {
      for await (const item of countTo(items)) last = item;
      return items;
    },
  ],
  [
    "a synchronous call for each: `nextNumber`",
    async () => {
      for (let item = 0; item < items; item++) last = nextNumber(last);
      return items;
    },
  ],
  [
    "a promise for each, one after another: `numberLater`",
    async () => {
      for (let item = 0; item < items; item++) last = await numberLater(last);
      return items;
    },
  ],
  [
    "a promise for each, 500 at once",
    async () => {
      for (let item = 0; item < items; item += 500) {
        await Promise.all(Array.from({ length: Math.min(500, items) }, () => numberLater(last)));
      }
      return Math.max(items, 100);
    },
  ],
];
const times: number[] = [];
for (const [, work] of ways) times.push(await nanosecondsOfEach(work, isQuick));
const beside = ratios(times);
console.log(
  markdownTable(
    ["way", "nanoseconds for an item", "beside the stream"],
    ways.map(([name], index) => [name, (times[index] ?? 0).toFixed(0), beside[index] ?? ""]),
  ),
);

/** What a crossing costs, beside a call that does not cross. All in one run. */
import { addNumbers, countTo, nextNumber, numberLater, plan, sumBytes, toCapitals } from "../generated/index.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { isQuick, nanoseconds, nanosecondsOfEach, ratios } from "../support/measure.ts";

const add = (a: number, b: number): number => (a + b) | 0;
let sum = 0;
const bytes = new Uint8Array(1024);
const job = { name: "paint", weight: 25 };
const items = isQuick ? 100 : 20_000;

const measured: [string, number][] = [
  ["a number there and back: `addNumbers(1, 2)`", nanoseconds(() => addNumbers(1, 2), isQuick)],
  ["the same in JavaScript", nanoseconds(() => (sum = add(sum, 2)), isQuick)],
  ["16 letters there and back: `toCapitals`", nanoseconds(() => toCapitals("sixteen letters!"), isQuick)],
  ["1 KiB lent: `sumBytes`", nanoseconds(() => sumBytes(bytes), isQuick)],
  ["a struct there, one back: `plan`", nanoseconds(() => plan(job), isQuick)],
  ["one item for each call: `nextNumber`", nanoseconds(() => (sum = nextNumber(sum)), isQuick)],
  [
    "one item for each promise: `numberLater`",
    await nanosecondsOfEach(async () => {
      for (let item = 0; item < items / 10;) item = await numberLater(item);
      return items / 10;
    }, isQuick),
  ],
  [
    "an item of a stream, in batches: `countTo`",
    await nanosecondsOfEach(async () => {
      for await (const item of countTo(items)) sum = item;
      return items;
    }, isQuick),
  ],
];

const beside = ratios(measured.map(([, time]) => time));
console.log(
  markdownTable(
    ["crossing", "nanoseconds", "beside the first"],
    measured.map(([name, time], index) => [name, time.toFixed(0), beside[index] ?? ""]),
  ),
);

/** The same functions through all three, in one run. */
import { addNumbers, sumBytes, toCapitals } from "../generated/index.ts";
import * as c from "../support/c-abi.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { isQuick, nanoseconds, ratios } from "../support/measure.ts";
import { plainNapi as plain } from "../support/plain-napi.ts";

const bytes = new Uint8Array(1024);
const plainAdd = plain["addNumbers"] ?? fail();
const plainCapitals = plain["toCapitals"] ?? fail();
const plainSum = plain["sumBytes"] ?? fail();

function fail(): never {
  throw new Error("build it first: bun run build");
}

const rows: [string, (() => unknown)[]][] = [
  ["`addNumbers`", [() => c.cAbi.add_numbers(1, 2), () => plainAdd(1, 2), () => addNumbers(1, 2)]],
  ["`toCapitals`, 16 letters", [0, 1, 2].map(capitals)],
  ["`sumBytes`, 1 KiB", [() => c.cAbi.sum_bytes(bytes, 1024), () => plainSum(bytes), () => sumBytes(bytes)]],
];

function capitals(index: number): () => unknown {
  return () => [c.toCapitals, plainCapitals, toCapitals][index]?.("sixteen letters!");
}

console.log(
  markdownTable(
    ["call", "C ABI, `bun:ffi`", "napi alone", "generated stub"],
    rows.map(([name, calls]) => [
      name,
      ...(() => {
        const times = calls.map((call) => nanoseconds(call, isQuick));
        const beside = ratios(times);
        return times.map((time, index) => `${time.toFixed(0)} ns (${beside[index]})`);
      })(),
    ]),
  ),
);

/** The longest time for which nothing else could run, while Rust computes both ways. In one run. */
import { sumOfRoots, sumOfRootsLater } from "../generated/index.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { isQuick } from "../support/measure.ts";

const count = isQuick ? 1_000_000 : 200_000_000;

/** Milliseconds that the work took, and the longest pause between two turns of the event loop. */
async function lagDuring(work: () => unknown): Promise<{ total: number; longest: number }> {
  let [longest, isDone] = [0, false];
  let last = performance.now();
  const watch = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isDone) setImmediate(watch);
  };
  const start = performance.now();
  setImmediate(watch);
  await Bun.sleep(1);
  await work();
  const total = performance.now() - start;
  await new Promise((resolve) => setImmediate(resolve));
  isDone = true;
  return { total, longest };
}

const ways: [string, () => unknown][] = [
  ["`sumOfRoots`, on JavaScript's thread", () => sumOfRoots(count)],
  ["`sumOfRootsLater`, on a thread of the addon", () => sumOfRootsLater(count)],
];
const rows = [];
for (const [name, work] of ways) {
  const { total, longest } = await lagDuring(work);
  rows.push([name, `${total.toFixed(0)} ms`, `${longest.toFixed(0)} ms`]);
}
console.log(markdownTable(["work", "it took", "longest pause of the event loop"], rows));

import { expect, test } from "bun:test";
import { parseBusyTime } from "./foreign-load.ts";
import type { Measurement, Point } from "./measure.ts";
import { plot } from "./plot/plot.ts";
import { summarize, table } from "./report.ts";
import { isDisturbed } from "./rounds.ts";
import type { Round } from "./rounds.ts";
import { median, spread } from "./statistics.ts";

const point: Point = { kind: "unary", concurrency: 16 };

const measurement = (rate: number, p50: number): Measurement => ({
  rate,
  p50,
  p99: 2 * p50,
  cpu: 1,
  clientMemory: 2 ** 20,
  workerMemory: 2 ** 21,
});

const round = (foreign: number | null, results: Record<string, Measurement>): Round => ({
  point,
  foreign,
  results: new Map(Object.entries(results)),
});

const rounds = [
  round(0, { raw: measurement(100, 30), stator: measurement(50, 20) }),
  round(0.5, { raw: measurement(1000, 10), stator: measurement(900, 30) }),
  round(0.1, { raw: measurement(300, 20), stator: measurement(210, 10) }),
];

test("the median of each figure is taken on its own, with the least and the most beside it", () => {
  const [raw, stator] = summarize(rounds, ["raw", "stator"]);
  expect(raw).toMatchObject({ peer: "raw", rate: 300, p50: 20, ratio: 1, foreign: 0.5 });
  expect(raw?.spread.rate).toEqual({ median: 300, min: 100, max: 1000 });
  // That of the ratios of each round, not the ratio of the medians.
  expect(stator).toMatchObject({ rate: 210, p50: 20, ratio: 0.7 });
});

test("a peer without that kind of call has no row, and one without a baseline no ratio", () => {
  expect(summarize([round(null, { stator: measurement(1, 1) })], ["raw", "stator"])).toMatchObject([
    { peer: "stator", ratio: null, foreign: null },
  ]);
});

test("medians leave out what was not measured", () => {
  expect(median([1, Number.NaN, 3])).toBe(2);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([])).toBeNaN();
  expect(spread([Number.NaN, 4, 2])).toEqual({ median: 3, min: 2, max: 4 });
});

test("the table has a line for each row", () => {
  const lines = table(summarize(rounds, ["raw", "stator"])).split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[3]).toMatch(/^\| calls, 16 in flight \| stator +\| +210 \| +50 \| +900 \| +0\.70 \|/);
});

test("a round is disturbed when others were busy, and where nobody knows it is not", () => {
  expect(rounds.map((each) => isDisturbed(each, 0.25))).toEqual([false, true, false]);
  expect(isDisturbed({ foreign: null }, 0.25)).toBeFalse();
});

test("busy time is work and steal, neither waiting nor interrupts", () => {
  const text = "cpu  100 20 30 4000 500 60 70 8 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n";
  expect(parseBusyTime(text)).toBe((100 + 20 + 30 + 8) * 10_000);
});

test("the plot is well-formed and has a bar for each peer, the fastest first", () => {
  const svg = plot(summarize(rounds, ["stator", "raw"]), "2 x <processor> & more");
  const found: string[] = [];
  new HTMLRewriter()
    .on("text", {
      text(chunk) {
        if (chunk.text.trim() !== "") found.push(chunk.text);
      },
    })
    .transform(svg);
  expect(found).toEqual([
    "calls, 16 in flight, per second",
    "raw Bun sockets",
    "300",
    "Stator",
    "210",
    "2 x &lt;processor&gt; &amp; more",
  ]);
  const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(2);
  expect(widths[0]).toBeGreaterThan(widths[1] ?? Number.NaN);
  expect(svg).not.toContain("NaN");
});

test("a plot of nothing, and of peers that did nothing, is still one", () => {
  for (const rows of [[], summarize([round(null, { raw: measurement(0, 0) })], ["raw"])]) {
    const svg = plot(rows, "");
    expect(svg).toStartWith("<svg");
    expect(svg).not.toMatch(/NaN|Infinity/);
  }
});

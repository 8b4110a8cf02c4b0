import { expect, test } from "bun:test";

import type { Sample } from "./bench-driver.ts";
import { readOptions } from "./bench-options.ts";
import { figuresTable } from "./figures-table.ts";
import { plot } from "./plot.ts";
import { quantiles } from "./quantiles.ts";
import { figuresOf } from "./round-figures.ts";
import { makeTrace, TraceOptions } from "./trace.ts";

const trace = (seed: number) => makeTrace(TraceOptions.parse({ seed, sessions: 20 }));

const sample = (firstMs: number, cachedTokens: number): Sample => ({
  firstMs,
  gapsMs: [5, 5],
  routeMs: 1,
  promptTokens: 100,
  cachedTokens,
  answerTokens: 3,
  endMs: 1000,
});

test("the same seed makes the same trace, another one another", () => {
  expect(trace(1)).toEqual(trace(1));
  expect(trace(1)).not.toEqual(trace(2));
  const starts = trace(3).map(({ startMs }) => startMs);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  const systems = new Set(trace(1).map(({ system }) => system.join()));
  expect(systems.size).toBeLessThan(20);
});

test("quantiles lie between the nearest values", () => {
  expect(quantiles([4, 1, 3, 2, 5])).toEqual({ p50: 3, p95: 4.8, p99: 4.96 });
  expect(quantiles([]).p50).toBeNaN();
});

test("figures of rounds are those of all their requests, in the time of all of them", () => {
  const figures = figuresOf([[sample(10, 50), sample(20, 100)], [sample(30, 0)]]);
  expect(figures).toMatchObject({ requests: 3, hitRate: 0.5, tokensPerSecond: 4.5, requestsPerSecond: 1.5 });
  expect(figures.firstMs.p50).toBe(20);
  const lines = figuresTable(new Map([["kv", figures]])).split("\n");
  expect(lines.find((line) => line.startsWith("cache hit rate"))).toMatch(/ 50\.0$/);
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
});

test("the plot is a picture also without values", () => {
  const figures = figuresOf([[sample(10, 50)]]);
  const drawn = plot("a < b & c", [
    { name: "kv", samples: [sample(10, 50)], figures },
    { name: "none", samples: [], figures: figuresOf([[]]) },
  ]);
  expect(drawn).toContain("a &lt; b &amp; c");
  expect(drawn).not.toMatch(/NaN|Infinity/);
});

test("options that do not fit are refused by their names", () => {
  expect(readOptions(["--help"])).toBeNull();
  expect(readOptions(["--quick", "--engines", "3"])).toMatchObject({ engines: 3, rounds: 1, overhead: true });
  expect(() => readOptions(["--engines", "0"])).toThrow("--engines");
  expect(() => readOptions(["--routers", "kv,best"])).toThrow("there is no best");
  expect(() => readOptions(["--speed", "1"])).toThrow("--speed");
});

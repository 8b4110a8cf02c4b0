import type { Sample } from "./bench-driver.ts";
import { type Quantiles, quantiles } from "./quantiles.ts";

/** What some requests came to. Times are in milliseconds. */
export interface Figures {
  readonly requests: number;
  readonly firstMs: Quantiles;
  readonly gapMs: Quantiles;
  readonly routeMs: Quantiles;
  /** Part of the tokens of all prompts that engines had in their caches. */
  readonly hitRate: number;
  readonly tokensPerSecond: number;
  readonly requestsPerSecond: number;
}

/** Those of several rounds together: their times are added up. */
export function figuresOf(rounds: readonly (readonly Sample[])[]): Figures {
  const samples = rounds.flat();
  const sum = (of: (sample: Sample) => number): number => samples.reduce((before, each) => before + of(each), 0);
  const seconds = rounds.reduce((before, round) => before + Math.max(0, ...round.map(({ endMs }) => endMs)) / 1000, 0);
  return {
    requests: samples.length,
    firstMs: quantiles(samples.map(({ firstMs }) => firstMs)),
    gapMs: quantiles(samples.flatMap(({ gapsMs }) => gapsMs)),
    routeMs: quantiles(samples.map(({ routeMs }) => routeMs)),
    hitRate: sum(({ cachedTokens }) => cachedTokens) / sum(({ promptTokens }) => promptTokens),
    tokensPerSecond: sum(({ answerTokens }) => answerTokens) / seconds,
    requestsPerSecond: samples.length / seconds,
  };
}

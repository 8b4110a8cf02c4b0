import type { Figures } from "./round-figures.ts";

/** Rows below a head, as columns that are as wide as they have to be. The first is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]): string =>
    widths.map((width, at) => (at === 0 ? (row[at] ?? "").padEnd(width) : (row[at] ?? "").padStart(width))).join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

/** How the routers compare. */
export function figuresTable(figures: ReadonlyMap<string, Figures>): string {
  const names = [...figures.keys()];
  const row = (what: string, of: (each: Figures) => string): string[] => [what, ...[...figures.values()].map(of)];
  const three = (what: string, of: (each: Figures) => Figures["firstMs"]): string[][] => [
    row(`${what} p50`, (each) => ms(of(each).p50)),
    row(`${what} p95`, (each) => ms(of(each).p95)),
    row(`${what} p99`, (each) => ms(of(each).p99)),
  ];
  return table(
    ["", ...names],
    [
      row("requests", ({ requests }) => String(requests)),
      row("cache hit rate, % of prompt tokens", ({ hitRate }) => (hitRate * 100).toFixed(1)),
      ...three("time to first token, ms,", ({ firstMs }) => firstMs),
      ...three("between tokens, ms,", ({ gapMs }) => gapMs),
      ...three("choosing an engine, ms,", ({ routeMs }) => routeMs),
      row("throughput, tokens/s", ({ tokensPerSecond }) => tokensPerSecond.toFixed(0)),
      row("throughput, requests/s", ({ requestsPerSecond }) => requestsPerSecond.toFixed(1)),
    ],
  );
}

function ms(value: number): string {
  return value.toFixed(1);
}

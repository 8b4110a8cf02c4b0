import { cpus, loadavg, release } from "node:os";
import runtimePackage from "@stator/runtime-native/package.json" with { type: "json" };
import type { Measurement, Point } from "./measure.ts";

/** The medians of one peer at one point, and its rate as a share of the baseline's. */
export interface Row extends Measurement {
  point: Point;
  peer: string;
  /** Rate divided by the baseline's rate; 1 for the baseline itself. */
  ratio: number;
}

/** Where the figures come from. */
export function machine(): Record<string, string> {
  return {
    "@stator/runtime-native": runtimePackage.version,
    bun: Bun.version,
    platform: `${process.platform}-${process.arch}, kernel ${release()}`,
    processors: `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`,
    load: loadavg()
      .map((value) => value.toFixed(2))
      .join(" "),
  };
}

/** The median of each figure over the rounds. */
export function median(rounds: Measurement[]): Measurement {
  const of = (figure: (measurement: Measurement) => number): number => {
    const sorted = rounds.map(figure).toSorted((a, b) => a - b);
    const middle = sorted.length >> 1;
    const upper = sorted[middle] ?? Number.NaN;
    return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
  };
  return {
    rate: of((m) => m.rate),
    p50: of((m) => m.p50),
    p99: of((m) => m.p99),
    cpu: of((m) => m.cpu),
    clientMemory: of((m) => m.clientMemory),
    workerMemory: of((m) => m.workerMemory),
  };
}

/** The rows as a table in Markdown. */
export function table(rows: Row[]): string {
  const head = ["point", "peer", "per second", "ratio", "p50 us", "p99 us", "cpu us", "caller MiB", "worker MiB"];
  const body = rows.map((row) => [
    describePoint(row.point),
    row.peer,
    Math.round(row.rate).toLocaleString("en-US"),
    row.ratio.toFixed(2),
    row.p50.toFixed(0),
    row.p99.toFixed(0),
    row.cpu.toFixed(row.cpu < 10 ? 2 : 0),
    (row.clientMemory / 2 ** 20).toFixed(0),
    (row.workerMemory / 2 ** 20).toFixed(0),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...body.map((cells) => (cells[column] ?? "").length)),
  );
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, i) => (i < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...body.map(line)].join("\n");
}

export function describePoint(point: Point): string {
  return point.kind === "unary" ? `calls, ${point.concurrency} in flight` : `items, ${point.concurrency} streams`;
}

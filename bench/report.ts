import { markdownTable } from "./markdown-table.ts";
import { describePoint, FIGURES } from "./measure.ts";
import type { Measurement, Point } from "./measure.ts";
import type { Round } from "./rounds.ts";
import { median, spread } from "./statistics.ts";
import type { Spread } from "./statistics.ts";

/** The medians of one peer at one point over the rounds. */
export interface Row extends Measurement {
  readonly point: Point;
  readonly peer: string;
  /** Rate divided by the baseline's in the same round, the median; 1 for the baseline itself, null without one. */
  readonly ratio: number | null;
  /** The same figures with the least and the most of the rounds. */
  readonly spread: Readonly<Record<keyof Measurement, Spread>>;
  /** Processors that others kept busy in the worst round; null where the system does not say. */
  readonly foreign: number | null;
}

/** The medians of the rounds, point by point; `peers` has the baseline first. */
export function summarize(rounds: readonly Round[], peers: readonly string[]): Row[] {
  const groups = Map.groupBy(rounds, ({ point }) => describePoint(point));
  return [...groups.values()].flatMap((group) => peers.flatMap((peer) => row(group, peer, peers[0] ?? "")));
}

function row(rounds: readonly Round[], peer: string, baseline: string): Row[] {
  const measured = rounds.filter(({ results }) => results.has(peer));
  const [first] = measured;
  if (first === undefined) return [];
  const spreads = Object.fromEntries(
    FIGURES.map((figure) => [figure, spread(measured.map((round) => round.results.get(peer)?.[figure] ?? Number.NaN))]),
  ) as Record<keyof Measurement, Spread>;
  const medians = Object.fromEntries(FIGURES.map((figure) => [figure, spreads[figure].median])) as Record<
    keyof Measurement,
    number
  >;
  const ratios = measured.flatMap((round) => {
    const base = round.results.get(baseline)?.rate;
    return base === undefined ? [] : [(round.results.get(peer)?.rate ?? Number.NaN) / base];
  });
  const foreign = measured.map((round) => round.foreign).filter((each) => each !== null);
  return [
    {
      point: first.point,
      peer,
      ratio: ratios.length === 0 ? null : median(ratios),
      ...medians,
      spread: spreads,
      foreign: foreign.length === 0 ? null : Math.max(...foreign),
    },
  ];
}

/** The rows as a table in Markdown. */
export function table(rows: readonly Row[]): string {
  const head = [
    ...["point", "peer", "per second", "min", "max", "ratio", "p50 us", "p99 us", "cpu us"],
    ...["caller MiB", "worker MiB", "others"],
  ];
  const body = rows.map((each) => [
    describePoint(each.point),
    each.peer,
    whole(each.rate),
    whole(each.spread.rate.min),
    whole(each.spread.rate.max),
    each.ratio?.toFixed(2) ?? "",
    // Empty when no call began and ended within the time.
    Number.isNaN(each.p50) ? "" : each.p50.toFixed(0),
    Number.isNaN(each.p99) ? "" : each.p99.toFixed(0),
    each.cpu.toFixed(each.cpu < 10 ? 2 : 0),
    (each.clientMemory / 2 ** 20).toFixed(0),
    (each.workerMemory / 2 ** 20).toFixed(0),
    each.foreign?.toFixed(2) ?? "",
  ]);
  return markdownTable(head, body, 2);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

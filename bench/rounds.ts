import type { Duration, Measurement, Point } from "./measure.ts";
import { describePoint } from "./measure.ts";
import { PEERS } from "./peer-list.ts";
import { runPoint } from "./run-point.ts";

/** What every peer did at one point, one after another. */
export interface Round {
  readonly point: Point;
  /** By name of the peer; those that do not have that kind of call are missing. */
  readonly results: ReadonlyMap<string, Measurement>;
  /** Processors that other programs kept busy, the most of any peer's time; null where the system does not say. */
  readonly foreign: number | null;
}

export interface RoundOptions {
  readonly peers: readonly string[];
  readonly points: readonly Point[];
  /** Whether the points were asked for: then variants are measured at all of them. */
  readonly everywhere: boolean;
  readonly rounds: number;
  readonly duration: Duration;
  /** A round during which others kept more processors busy than this is measured again, */
  readonly foreignLimit: number;
  /** at most so often. */
  readonly repeats: number;
  /** Told what is going on. */
  readonly log: (line: string) => void;
}

/** Measures every point with every peer. Peers take turns at each point, so that a slow minute meets all of them. */
export async function measureRounds(options: RoundOptions): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const point of options.points) {
      const peers = options.peers.filter((peer) => options.everywhere || (PEERS[peer]?.points?.(point) ?? true));
      // Who goes first changes from round to round.
      const order = round % 2 === 0 ? peers : peers.toReversed();
      rounds.push(await quietRound(order, point, options, `round ${round + 1}`));
    }
  }
  return rounds;
}

/** Repeats a round while others keep the machine busy; gives the one that they disturbed least. */
async function quietRound(peers: readonly string[], point: Point, options: RoundOptions, name: string): Promise<Round> {
  let best = await oneRound(peers, point, options, name);
  for (let again = 1; again <= options.repeats && isDisturbed(best, options.foreignLimit); again++) {
    options.log(
      `${name}, ${describePoint(point)}: others kept ${best.foreign?.toFixed(2)} processors busy; once more (${again} of ${options.repeats})`,
    );
    const next = await oneRound(peers, point, options, name);
    if ((next.foreign ?? 0) < (best.foreign ?? 0)) best = next;
  }
  return best;
}

/** Whether others kept more processors busy than they should. */
export function isDisturbed({ foreign }: Pick<Round, "foreign">, limit: number): boolean {
  return foreign !== null && foreign > limit;
}

async function oneRound(
  peers: readonly string[],
  point: Point,
  { duration, log }: RoundOptions,
  name: string,
): Promise<Round> {
  const results = new Map<string, Measurement>();
  let foreign: number | null = null;
  for (const peer of peers) {
    const result = await runPoint(peer, point, duration);
    if (result === null) continue;
    results.set(peer, result.measurement);
    if (result.foreign !== null) foreign = Math.max(foreign ?? 0, result.foreign);
    log(`${name}, ${peer}: ${describePoint(point)}: ${Math.round(result.measurement.rate)}/s`);
  }
  return { point, results, foreign };
}

import { describePoint } from "../measure.ts";
import type { Measurement } from "../measure.ts";
import type { Round } from "../rounds.ts";
import type { Sample } from "./goal.ts";

const SAMPLED = ["rate", "p50", "cpu"] as const satisfies readonly (keyof Measurement)[];

/** What the rounds say for the goals. Each round of a point has a number of its own. */
export function samplesOf(rounds: readonly Round[]): Sample[] {
  return rounds.flatMap(({ point, results }, round) =>
    [...results].flatMap(([peer, measurement]) =>
      SAMPLED.map((figure): Sample => ({
        point: describePoint(point),
        peer,
        figure,
        round,
        value: measurement[figure],
      })),
    ),
  );
}

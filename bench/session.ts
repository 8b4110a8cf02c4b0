import { describeGoal } from "./goals/goal.ts";
import type { Sample } from "./goals/goal.ts";
import { GOALS } from "./goals/goals.ts";
import { judge } from "./goals/judge.ts";
import type { Judgement } from "./goals/judge.ts";
import { samplesOf } from "./goals/samples.ts";
import { describePoint } from "./measure.ts";
import type { Point } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import { measureRounds } from "./rounds.ts";
import type { Round } from "./rounds.ts";

/** How often the gate measures again what has failed. */
const SECOND_LOOKS = 2;

/** The rounds of calls, streams and bytes, and what the goals say to them. */
export class Session {
  readonly #options: BenchOptions;
  readonly #log: (line: string) => void;
  /** By name of the point, those of its last measurement. */
  readonly #rounds = new Map<string, Round[]>();

  constructor(options: BenchOptions, log: (line: string) => void) {
    this.#options = options;
    this.#log = log;
  }

  get rounds(): readonly Round[] {
    return [...this.#rounds.values()].flat();
  }

  async measure(points: readonly Point[] = this.#options.points): Promise<void> {
    const rounds = await measureRounds({ ...this.#options, points, log: this.#log });
    for (const [name, group] of Map.groupBy(rounds, ({ point }) => describePoint(point))) this.#rounds.set(name, group);
  }

  /** What the goals say to all that has been measured, `others` among it. */
  judge(others: readonly Sample[] = []): Judgement[] {
    return judge(GOALS, [...samplesOf(this.rounds), ...others]);
  }

  /**
   * Measures the points at which a goal fails again, at most twice: a slow minute of the machine is no regression, and
   * what has become slower stays slower.
   */
  async lookAgain(others: readonly Sample[]): Promise<Judgement[]> {
    let judgements = this.judge(others);
    for (let look = 1; look <= SECOND_LOOKS; look++) {
      const failed = judgements.filter(({ passes }) => !passes).map(({ goal }) => goal);
      const points = this.#options.points.filter((point) => failed.some((goal) => goal.point === describePoint(point)));
      if (points.length === 0) break;
      for (const goal of failed) this.#log(`misses its floor: ${describeGoal(goal)}; once more`);
      await this.measure(points);
      judgements = this.judge(others);
    }
    return judgements;
  }
}

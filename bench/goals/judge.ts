import { PEERS } from "../peer-list.ts";
import { spread } from "../statistics.ts";
import type { Spread } from "../statistics.ts";
import type { Goal, Sample } from "./goal.ts";

/** `stretch` and `floor`: reached. `missed`: below the floor. `unmeasured`: this run says nothing about it. */
export type Verdict = "stretch" | "floor" | "missed" | "unmeasured";

export interface Judgement {
  readonly goal: Goal;
  readonly verdict: Verdict;
  /** The ratio of each round, or the value where there is nothing to compare with; null when unmeasured. */
  readonly ratio: Spread | null;
  /** Who it was compared with: of a group the one that was best most often. Null when there is nobody. */
  readonly versus: string | null;
  /** Whether `--gate` lets it pass. */
  readonly passes: boolean;
}

/** Holds each goal beside what was measured. */
export function judge(goals: readonly Goal[], samples: readonly Sample[]): Judgement[] {
  return goals.map((goal) =>
    judgeOne(
      goal,
      samples.filter((each) => each.point === goal.point && each.figure === goal.figure),
    ),
  );
}

function judgeOne(goal: Goal, samples: readonly Sample[]): Judgement {
  const ratios: number[] = [];
  const rivals: string[] = [];
  for (const [round, group] of Map.groupBy(samples, (each) => each.round)) {
    const own = group.find(({ peer }) => peer === (goal.peer ?? "stator"));
    if (own === undefined || !Number.isFinite(own.value)) continue;
    if (goal.versus === null) {
      ratios.push(own.value);
      continue;
    }
    const rival = bestRival(
      goal,
      group.filter((each) => each.round === round),
    );
    if (rival === undefined) continue;
    ratios.push(own.value / rival.value);
    rivals.push(rival.peer);
  }
  if (ratios.length === 0) return { goal, verdict: "unmeasured", ratio: null, versus: null, passes: true };
  const ratio = spread(ratios);
  return {
    goal,
    verdict: verdictOf(goal, ratio.median),
    ratio,
    versus: mostFrequent(rivals),
    passes: reaches(goal, ratio.median, goal.gate ?? goal.floor),
  };
}

function bestRival({ versus, better }: Goal, samples: readonly Sample[]): Sample | undefined {
  const rivals = samples.filter(({ peer, value }) => {
    if (!Number.isFinite(value) || value <= 0) return false;
    if (typeof versus === "string") return peer === versus;
    const group = PEERS[peer]?.group;
    return group !== undefined && versus?.includes(group) === true;
  });
  return rivals.toSorted((a, b) => (better === "more" ? b.value - a.value : a.value - b.value))[0];
}

function verdictOf(goal: Goal, ratio: number): Verdict {
  if (goal.stretch !== undefined && reaches(goal, ratio, goal.stretch)) return "stretch";
  return reaches(goal, ratio, goal.floor) ? "floor" : "missed";
}

function reaches({ better }: Goal, ratio: number, line: number): boolean {
  return better === "more" ? ratio >= line : ratio <= line;
}

function mostFrequent(names: readonly string[]): string | null {
  const groups = [...Map.groupBy(names, (name) => name)].toSorted(([, a], [, b]) => b.length - a.length);
  return groups[0]?.[0] ?? null;
}

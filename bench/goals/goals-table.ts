import { markdownTable } from "../markdown-table.ts";
import { rivals } from "./goal.ts";
import type { Judgement } from "./judge.ts";

/** The goals beside what was measured, as a table in Markdown. Those that were not measured have no result. */
export function goalsTable(judgements: readonly Judgement[]): string {
  const head = ["point", "figure", "of", "beside", "floor", "stretch", "result", "min", "max", "verdict"];
  const body = judgements.map(({ goal, ratio, versus, verdict, passes }) => {
    const sign = goal.better === "more" ? ">=" : "<=";
    return [
      goal.point,
      goal.figure,
      goal.peer ?? "stator",
      versus ?? (goal.versus === null ? "" : rivals(goal.versus)),
      `${sign} ${short(goal.floor)}`,
      goal.stretch === undefined ? "" : `${sign} ${short(goal.stretch)}`,
      ratio === null ? "" : short(ratio.median),
      ratio === null ? "" : short(ratio.min),
      ratio === null ? "" : short(ratio.max),
      verdict === "missed" && passes ? "missed (known)" : verdict,
    ];
  });
  return markdownTable(head, body, 4);
}

function short(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(value < 0.1 ? 2 : 3)));
}

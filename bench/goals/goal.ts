import type { PeerGroup } from "../peer-list.ts";

/** A figure of one peer at one point in one round. */
export interface Sample {
  /** As `describePoint` says it, or the name of another measurement. */
  readonly point: string;
  readonly peer: string;
  readonly figure: Figure;
  /** Samples of the same round are compared with each other. */
  readonly round: number;
  readonly value: number;
}

/**
 * `rate`: calls, items or MB per second. `p50`: microseconds to a reply or a first item. `cpu`: microseconds of the processor for
 * a call. `start`: milliseconds to a first answered call. `busy`: share of a processor. `resident`: bytes. `growth`: the last
 * value of something as a multiple of an early one.
 */
export type Figure = "rate" | "p50" | "cpu" | "start" | "busy" | "resident" | "growth";

/** What a figure of Stator is to reach beside that of others in the same round. */
export interface Goal {
  readonly point: string;
  readonly figure: Figure;
  /** Whose figure it is. Default `stator`. */
  readonly peer?: string;
  /** What it is divided by: a peer, the best one of these groups that was measured, or nothing. */
  readonly versus: string | readonly PeerGroup[] | null;
  /** Whether more is better. */
  readonly better: "more" | "less";
  /** Must hold. */
  readonly floor: number;
  /** The aim, where it is further than the floor. */
  readonly stretch?: number;
  /**
   * What the gate takes in place of the floor, while the floor is missed: less than what was measured, by as much as runs
   * differ. A regression beyond it still fails. Removed when the floor is reached.
   */
  readonly gate?: number;
}

/** A goal in words: `calls, 16 in flight: rate of stator beside raw`. */
export function describeGoal({ point, figure, peer = "stator", versus }: Goal): string {
  return `${point}: ${figure} of ${peer}${versus === null ? "" : ` beside ${rivals(versus)}`}`;
}

/** Who is compared with, when nobody has been measured: a peer, or the groups. */
export function rivals(versus: NonNullable<Goal["versus"]>): string {
  return typeof versus === "string" ? versus : `the best ${versus.join(" or ")}`;
}

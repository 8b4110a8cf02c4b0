import type { Sample } from "./goals/goal.ts";

/** What a measurement besides calls and streams gives. */
export interface ExtraResult {
  /** A table in Markdown. */
  readonly table: string;
  /** For the goals. */
  readonly samples: readonly Sample[];
  /** For JSON. */
  readonly rows: readonly object[];
}

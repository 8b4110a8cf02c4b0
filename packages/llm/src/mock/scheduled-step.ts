import { type Sequence } from "./sequence.ts";

/** What one step computes of one sequence. */
export interface ScheduledStep {
  readonly sequence: Sequence;
  /** Tokens that are computed. */
  readonly tokens: number;
  /** Tokens before them, whose keys and values they look at. */
  readonly context: number;
}

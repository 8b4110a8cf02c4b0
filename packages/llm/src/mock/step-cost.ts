import { type ScheduledStep } from "./scheduled-step.ts";

/** What a step costs, in milliseconds of the engine that is modelled. */
export interface StepCosts {
  /** Any step. */
  readonly stepMs: number;
  /** Each token of a prompt. */
  readonly prefillMsPerToken: number;
  /** Each pair of a token of a prompt and one before it: what makes long prompts dear. */
  readonly prefillMsPerPair: number;
  /** Each block that a sequence which writes looks at. */
  readonly decodeMsPerBlock: number;
}

/** How long a step takes. Tokens that are cached cost nothing but being looked at. */
export function costOf(steps: readonly ScheduledStep[], costs: StepCosts): number {
  let cost = costs.stepMs;
  for (const { sequence, tokens, context } of steps) {
    if (sequence.isDecoding) cost += costs.decodeMsPerBlock * sequence.blocks.length;
    else {
      const pairs = tokens * context + (tokens * (tokens - 1)) / 2;
      cost += costs.prefillMsPerToken * tokens + costs.prefillMsPerPair * pairs;
    }
  }
  return cost;
}

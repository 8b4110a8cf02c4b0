import { StatorError } from "@stator/sdk";

/** An engine's stream has ended without saying why the answer has. */
export class BrokenAnswer extends StatorError {
  constructor() {
    super("unknown_outcome", "The engine's stream has ended without a finish_reason.");
  }
}

const LOST: ReadonlySet<string> = new Set(["unknown_outcome", "unavailable", "shutting_down", "no_instances"]);

/** Whether a call has failed because its engine was lost, not because of what it was asked. */
export function isMigratable(error: unknown): error is StatorError {
  return error instanceof StatorError && LOST.has(error.code);
}

import { createLogger } from "../logger.ts";
import type { StatorError } from "../stator-error.ts";

/** Tells that a call is over. What the listener throws is logged: it must not reach the messages of other calls. */
export function tellOver(onOver: (error: StatorError | null) => void, error: StatorError | null): void {
  try {
    onOver(error);
  } catch (thrown) {
    createLogger(() => ({})).error("onOver of a call failed", { error: thrown });
  }
}

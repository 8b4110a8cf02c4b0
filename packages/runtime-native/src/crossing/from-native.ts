import { errorFromWire } from "../error-from-wire.ts";
import { StatorError, type WireError } from "../stator-error.ts";

/** What the addon throws has the typed error as JSON in its message. */
export function fromNative(thrown: unknown): StatorError {
  if (thrown instanceof StatorError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    return errorFromWire(JSON.parse(message) as WireError);
  } catch {
    return new StatorError("internal", message, { cause: thrown });
  }
}

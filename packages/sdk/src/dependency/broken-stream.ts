import type { StatorError } from "@stator/runtime-native";

/** A stream whose worker was lost, as far as it had come. */
export interface BrokenStream<Request, Item> {
  /** What the part that broke had been asked. */
  readonly request: Request;
  /** How many items the reader has got, of all parts. */
  readonly received: number;
  /** The last of them; null for none. */
  readonly last: Item | null;
  /** Why the last part ended. */
  readonly error: StatorError;
}

/**
 * Says how to go on: the request that asks another instance for what is missing, or null to let the stream fail with its
 * error. Its items follow those that have come.
 */
export type Resume<Request, Item> = (broken: BrokenStream<Request, Item>) => Request | null | Promise<Request | null>;

const LOST: ReadonlySet<string> = new Set(["unknown_outcome", "unavailable", "shutting_down", "no_instances"]);

/** Whether a stream failed because its worker was lost, not because of what it was asked. */
export function isLost(error: StatorError): boolean {
  return LOST.has(error.code);
}

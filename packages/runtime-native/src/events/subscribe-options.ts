import { checkSignal } from "../calling/check-call-options.ts";
import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import { StatorError } from "../stator-error.ts";

/** How to subscribe. */
export interface SubscribeOptions {
  /** What every payload must fit; events that do not are skipped, counted and logged once. Any Standard Schema. */
  readonly schema?: StandardSchemaV1 | undefined;
  /** How many events may wait for the reader; further ones are dropped and counted. Default: `eventQueueCapacity`. */
  readonly capacity?: number | undefined;
  /** Ends the subscription, as `close()` does. */
  readonly signal?: AbortSignal | undefined;
}

/** The most that the core takes. */
const MAX_CAPACITY = 10_000_000;

/** Refuses with `invalid_argument` what the types do not allow, or the core would not take. */
export function checkSubscribeOptions({ schema, capacity, signal }: SubscribeOptions): void {
  checkSignal(signal);
  if (capacity !== undefined && !(Number.isInteger(capacity) && capacity >= 1 && capacity <= MAX_CAPACITY)) {
    throw new StatorError(
      "invalid_argument",
      `capacity is ${String(capacity)}; give a number of events from 1 to ${MAX_CAPACITY}`,
    );
  }
  if (schema !== undefined && typeof schema?.["~standard"]?.validate !== "function") {
    throw new StatorError(
      "invalid_argument",
      "schema is no schema: it must implement Standard Schema v1, as generated types and zod do",
    );
  }
}

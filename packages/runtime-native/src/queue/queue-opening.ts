import type { QueueOpening } from "../generated/types/queue-opening.ts";
import { milliseconds } from "../milliseconds.ts";
import { StatorError } from "../stator-error.ts";
import type { QueueOptions } from "./queue-options.ts";

/** The options as the core takes them; it checks their ranges. Null is what was left out. */
export function queueOpening(options: QueueOptions): QueueOpening {
  const { maxAgeMs, deadLetter } = options;
  if (deadLetter !== undefined && typeof deadLetter !== "boolean") {
    throw new StatorError("invalid_argument", `deadLetter is ${String(deadLetter)}; give true or false`);
  }
  return {
    ackWaitMs: time("ackWaitMs", options.ackWaitMs),
    maxDeliveries: count("maxDeliveries", options.maxDeliveries, 0xffff_ffff),
    maxMessages: count("maxMessages", options.maxMessages, 0xffff_ffff),
    maxBytes: text(count("maxBytes", options.maxBytes, Number.MAX_SAFE_INTEGER)),
    // Infinity is the default.
    maxAgeMs: maxAgeMs === Infinity ? null : text(count("maxAgeMs", maxAgeMs, Number.MAX_SAFE_INTEGER)),
    dedupWindowMs: time("dedupWindowMs", options.dedupWindowMs),
    deadLetter: deadLetter ?? null,
    replicas: count("replicas", options.replicas, 0xff),
  };
}

function time(option: string, value: number | undefined): number | null {
  if (value === Infinity)
    throw new StatorError("invalid_argument", `${option} is Infinity; give a number of milliseconds`);
  return milliseconds(option, value, 1);
}

function count(option: string, value: number | undefined, most: number): number | null {
  if (value === undefined) return null;
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new StatorError("invalid_argument", `${option} is ${String(value)}; give a positive integer`);
}

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}

import type { Duration } from "../measure.ts";

/** What the calling process is to do: call in turn over all instances, while so many streams are open. */
export interface GrowthTask extends Duration {
  readonly instances: number;
  readonly streams: number;
  /** Calls open at the same time. */
  readonly concurrency: number;
}

export interface GrowthMeasurement {
  /** Calls per second. */
  readonly rate: number;
  /** Calls in all. */
  readonly total: number;
  /** Microseconds. */
  readonly p50: number;
  /** Processor of the caller for all of them, in microseconds. */
  readonly cpu: number;
  /** Memory of the caller with everything open, in bytes. */
  readonly resident: number;
}

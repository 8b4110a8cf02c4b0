import type { Duration } from "../measure.ts";

/** What the calling process is to do: call in turn over all instances, while so many streams are open. */
export interface GrowthTask extends Duration {
  readonly instances: number;
  readonly streams: number;
  /** Where raw sockets listen, one for each instance; the caller of Stator finds its instances by discovery. */
  readonly addresses?: readonly string[];
  /** Calls open at the same time. */
  readonly concurrency: number;
  /** How long nothing is called, with everything open, before the calls begin. */
  readonly restMs: number;
}

/** What is measured: Stator, and raw sockets beside it. */
export const GROWTH_PEERS = ["raw", "stator"] as const;
export type GrowthPeer = (typeof GROWTH_PEERS)[number];

export interface GrowthMeasurement {
  /** Calls per second. */
  readonly rate: number;
  /** Calls in all. */
  readonly total: number;
  /** Microseconds. */
  readonly p50: number;
  /** Processor of the caller for all of them, in microseconds. */
  readonly cpu: number;
  /** The same while nothing was called. */
  readonly rest: number;
  /** Memory of the caller with everything open, in bytes. */
  readonly resident: number;
}

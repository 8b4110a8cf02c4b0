import type { Duration } from "../measure.ts";

/** What the calling process is to do. */
export interface CallerTask extends Duration {
  readonly handler: "small" | "busy";
  /** Workers to wait for. */
  readonly workers: number;
  /** Calls open at the same time. */
  readonly concurrency: number;
}

/** What it reports. */
export interface WorkersMeasurement {
  /** Calls answered per second. */
  readonly rate: number;
  /** Latency of a call, in microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Processors that the caller kept busy, and all workers together: 1 is one processor all of the time. */
  readonly callerProcessors: number;
  readonly workerProcessors: number;
  /** Calls of the worker that got the fewest, as a share of an even part: 1 when all got as many. */
  readonly least: number;
}

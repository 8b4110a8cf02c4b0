/** What is measured at one point: a kind of call with so many at once. */
export interface Point {
  kind: "unary" | "stream";
  /** Calls or streams open at the same time. */
  concurrency: number;
}

/** How long a point is exercised before it is measured, and how long it is measured, in milliseconds. */
export interface Duration {
  warmupMs: number;
  measureMs: number;
}

/** What the calling process reports of one point. */
export interface Measurement {
  /** Calls or items per second. */
  rate: number;
  /** Latency of a call, or from the start of a stream to its first item, in microseconds. */
  p50: number;
  p99: number;
  /** Time of the processor for a call or an item, of both processes together, in microseconds. */
  cpu: number;
  /** Largest resident memory of the calling process and of the worker, in bytes. */
  clientMemory: number;
  workerMemory: number;
}

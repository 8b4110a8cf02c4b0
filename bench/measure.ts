/** What calls do: `bytes` sends a payload there and back, `batches` reads a stream as arrays. */
export const CALL_KINDS = ["unary", "stream", "batches", "bytes"] as const;

export type CallKind = (typeof CALL_KINDS)[number];

/** What is measured at one point: a kind of call with so many at once. */
export interface Point {
  kind: CallKind;
  /** Calls or streams open at the same time. */
  concurrency: number;
  /** Of `bytes`: the size of a payload. */
  bytes?: number;
}

/** How long a point is exercised before it is measured, and how long it is measured, in milliseconds. */
export interface Duration {
  warmupMs: number;
  measureMs: number;
}

/** What the calling process is to do: one of the points, or what `client-process.ts` says. */
export type CallerTask = Duration &
  ((Point & { processes?: readonly number[] }) | { kind: "first" } | { kind: "idle" });

/** What both processes of one point report. */
export interface Measurement {
  /** Calls or items per second; of `bytes`, MB (10^6 bytes) per second, those of the way there and the way back. */
  rate: number;
  /** Latency of a call, or from the start of a stream to its first item or array, in microseconds. */
  p50: number;
  p99: number;
  /**
   * Time of the processor for a call, an item or a MB, of both processes together, in microseconds: within the measured time, or over
   * the whole run where a program does not look then.
   */
  cpu: number;
  /** Largest resident memory of the calling process and of the worker, in bytes. */
  clientMemory: number;
  workerMemory: number;
}

/** The figures of a measurement, in the order in which they are shown. */
export const FIGURES = [
  "rate",
  "p50",
  "p99",
  "cpu",
  "clientMemory",
  "workerMemory",
] as const satisfies readonly (keyof Measurement)[];

/** Payloads of `bytes` that are under way at the same time. */
export const BYTES_IN_FLIGHT = 4;

/** What is measured when nothing else is asked for. */
export function defaultPoints(kind: CallKind): Point[] {
  switch (kind) {
    case "unary":
      return [1, 16, 128].map((concurrency) => ({ kind, concurrency }));
    case "stream":
      return [1, 16, 64].map((concurrency) => ({ kind, concurrency }));
    case "batches":
      return [1, 16, 64].map((concurrency) => ({ kind, concurrency }));
    case "bytes":
      return [64 * 1024, 1024 * 1024].map((bytes) => ({ kind, concurrency: BYTES_IN_FLIGHT, bytes }));
  }
}

/** The name of a point, as tables and results have it: `calls, 16 in flight`. */
export function describePoint({ kind, concurrency, bytes = 0 }: Point): string {
  switch (kind) {
    case "unary":
      return `calls, ${concurrency} in flight`;
    case "stream":
      return `items, ${concurrency} ${concurrency === 1 ? "stream" : "streams"}`;
    case "batches":
      return `arrays of items, ${concurrency} ${concurrency === 1 ? "stream" : "streams"}`;
    case "bytes":
      return `MB, payloads of ${bytes >= 2 ** 20 ? `${bytes / 2 ** 20} MiB` : `${bytes / 1024} KiB`}`;
  }
}

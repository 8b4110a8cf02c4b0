import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";

/**
 * What a queue is like. The first one who opens it makes it so; later ones may leave options out, and fail with `conflict`
 * when they name others.
 */
export interface QueueOptions {
  /**
   * Checks values before they are put, and what was taken: what does not fit is a dead letter. What is put is stored as it
   * is, and what is taken is what the schema makes of it.
   */
  readonly schema?: StandardSchemaV1 | undefined;
  /** How long a worker has for its answer, 500 ms to 1 day; then the job goes to another one. Default 30000. */
  readonly ackWaitMs?: number | undefined;
  /** How often a job is delivered before it is a dead letter, 1 to 10,000. Default 5. */
  readonly maxDeliveries?: number | undefined;
  /** How many jobs the queue holds, and as many dead letters; further ones are `overloaded`. Default 100,000. */
  readonly maxMessages?: number | undefined;
  /** How many bytes they may have, from 1 KiB; as many again for dead letters. Default 268,435,456 (256 MiB). */
  readonly maxBytes?: number | undefined;
  /** After which time a job goes, done or not, from 1 s. Default: never. */
  readonly maxAgeMs?: number | undefined;
  /** For how long the id of a job is known, so that it is not put twice, 100 ms to 7 days. Default 120000. */
  readonly dedupWindowMs?: number | undefined;
  /** Whether jobs that failed too often, or were rejected, are kept as dead letters; else they are dropped. Default true. */
  readonly deadLetter?: boolean | undefined;
  /** On how many servers of a NATS cluster everything is, 1 to 5. Default 1. */
  readonly replicas?: number | undefined;
}

/** How to put a job. */
export interface QueuePutOptions {
  /** A job with an id that was put already, within `dedupWindowMs`, is not put again. Default: an id of its own. */
  readonly id?: string | undefined;
  /** How long to try while NATS is away. Default 10000. */
  readonly waitMs?: number | undefined;
}

/** What became of a put. */
export interface QueuePutResult {
  /** The id that it has: the given one, or one that was made. */
  readonly id: string;
  /** Whether there was a job with that id already, so that this one was not kept. */
  readonly duplicate: boolean;
}

/** How to take jobs. */
export interface QueueTakeOptions {
  /** The loop ends when no job comes for so long; 0: when there is none. Default: it waits for ever. */
  readonly waitMs?: number | undefined;
  /** Ends the loop, with `cancelled`. A job that it has already is not touched. */
  readonly signal?: AbortSignal | undefined;
}

/** How to give a job back. */
export interface QueueNackOptions {
  /** How long it stays before it comes again, up to 7 days. Default 0. */
  readonly delayMs?: number | undefined;
  /** What went wrong; its dead letter has it, if this was the last delivery. */
  readonly error?: unknown;
}

/** How to work through a queue. */
export interface QueueWorkOptions {
  /** How many jobs at once, 1 to 10,000. Default 1. */
  readonly concurrency?: number | undefined;
  /**
   * How long a job that failed stays before it comes again, in milliseconds, or what tells it from the number of its
   * deliveries. Default: 1 s after the first, twice as long after each further one, 60 s at most.
   */
  readonly retryDelayMs?: number | ((deliveries: number, error: unknown) => number) | undefined;
  /** Stops the worker, as `stop()` does. */
  readonly signal?: AbortSignal | undefined;
}

/** How full a queue is. NATS counts a moment later than it answers. */
export interface QueueInfo {
  /** Jobs that nobody has had yet. */
  readonly ready: number;
  /** Jobs that somebody has, or has had and that will come again. */
  readonly inFlight: number;
  /** Dead letters. */
  readonly dead: number;
  /** Bytes of the jobs, as the back end counts them. */
  readonly bytes: number;
}

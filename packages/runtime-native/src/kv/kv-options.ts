import type { StandardSchemaV1 } from "../generated/support/standard-schema.ts";
import type { KvLease } from "./kv-lease.ts";

/** What proves that a lock or a leadership is held: {@link KvLock} is one, and it can be sent to other processes. */
export interface KvGuard {
  /** The key of the claim. */
  readonly key: string;
  /** The fencing token: larger than that of every holder before. */
  readonly token: bigint;
}

/** How to delete. */
export interface KvDeleteOptions {
  /** Only if the value is the one of this revision. */
  readonly revision?: bigint | undefined;
  /** Only if this lock or leadership is still held; otherwise it fails with `conflict`. */
  readonly guard?: KvGuard | undefined;
}

/** How to write. */
export interface KvWriteOptions {
  /** Only if this lock or leadership is still held; otherwise it fails with `conflict`. */
  readonly guard?: KvGuard | undefined;
  /** The key goes when this lease ends. A lock or a leadership is one. */
  readonly lease?: KvLease | undefined;
  /** The key goes after this time, 1 s to 1 day, unless it is written again. etcd counts in whole seconds, from 2. */
  readonly ttlMs?: number | undefined;
  /** Checks the value before it is written, and writes what the schema makes of it. */
  readonly schema?: StandardSchemaV1 | undefined;
}

/** What to list. */
export interface KvListOptions {
  /** The most entries, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** Only keys after this one: `next` of the page before. */
  readonly after?: string | undefined;
}

/** How to hold a lease. */
export interface KvLeaseOptions {
  /**
   * How long it outlives a holder that dies or is suspended: 1 s to 1 day. It is renewed meanwhile. etcd counts in whole
   * seconds, from 2. Default 10000.
   */
  readonly ttlMs?: number | undefined;
  /** Gives the wait up, with `cancelled`. What is held already does not follow it. */
  readonly signal?: AbortSignal | undefined;
}

/** How to lock. */
export interface KvLockOptions extends KvLeaseOptions {
  /** How long to wait; 0: not at all. Then it fails with `deadline_exceeded`. Default: for ever. */
  readonly waitMs?: number | undefined;
}

/** How to stand for an election. */
export interface KvElectOptions extends KvLockOptions {
  /** What others see of the leader: bytes, or a JSON value. Default null. */
  readonly value?: unknown;
}

/** How to watch. */
export interface KvWatchOptions {
  /** Whether to begin with what is there. Default true. */
  readonly initial?: boolean | undefined;
  /** Ends the watch, with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

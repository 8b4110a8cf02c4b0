import type { KvEntry } from "./kv-entry.ts";

/** What happened to a key. */
export type KvEvent = KvPutEvent | KvDeleteEvent;

interface KvChange {
  /** The key that changed. */
  readonly key: string;
  /** The revision of the store at which it happened. */
  readonly revision: bigint;
  /**
   * `initial`: it was there when the watch began. `change`: it was changed. `resync`: it is different from what the watch
   * has told, and the back end no longer had the changes in between, as after a compaction of etcd.
   */
  readonly cause: "initial" | "change" | "resync";
}

/** A key was written, or was there already when the watch began. */
export interface KvPutEvent extends KvChange {
  /** Tells it from a deletion. */
  readonly type: "put";
  /** The key with its new value. */
  readonly entry: KvEntry;
}

/** A key was deleted, or its lease ended. */
export interface KvDeleteEvent extends KvChange {
  /** Tells it from a write. */
  readonly type: "delete";
}

import type { KvEntry } from "./kv-entry.ts";

/** What happened to a key. */
export type KvEvent = KvPutEvent | KvDeleteEvent;

interface KvChange {
  readonly key: string;
  /** The revision of the store at which it happened. */
  readonly revision: bigint;
  /**
   * `initial`: it was there when the watch began. `change`: it was changed. `resync`: it is different from what the watch
   * has told, and the back end no longer had the changes in between, as after a compaction of etcd.
   */
  readonly cause: "initial" | "change" | "resync";
}

export interface KvPutEvent extends KvChange {
  readonly type: "put";
  readonly entry: KvEntry;
}

export interface KvDeleteEvent extends KvChange {
  readonly type: "delete";
}

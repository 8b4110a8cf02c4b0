import type { DistributedRuntime, KvEntry } from "@stator/runtime-native";

import { ModelCard, type ModelCardInput } from "../generated/index.ts";
import { isFileObject } from "./model-file.ts";
import { modelSlug } from "./model-slug.ts";

/** One worker's word that it serves a model. */
export interface ModelRecord {
  /** Names the record among all of them. */
  readonly key: string;
  /** The endpoint that takes requests for it, such as `llm.engine.generate`. */
  readonly endpoint: string;
  readonly instanceId: bigint;
  /** When it was written, in seconds since 1970. */
  readonly created: number;
  readonly card: ModelCard;
}

/** A record that came or changed, or the key of one that has gone. */
export type ModelRecordChange = { readonly put: ModelRecord } | { readonly deleted: string };

/** A record that stands until it is withdrawn or lost; {@link KvLease} is one. */
export interface HeldRecord extends AsyncDisposable {
  /** Fires when it was lost without being withdrawn, with the reason. */
  readonly signal: AbortSignal;
}

/** Where workers say which models they serve. */
export interface ModelRecords {
  /** Writes a record that goes when this process does. */
  put(endpoint: string, card: ModelCardInput): Promise<HeldRecord>;
  /** What is there, and then every change, until the signal fires. `told` is called when all that was there has been given. */
  watch(signal: AbortSignal, told: () => void): AsyncIterable<ModelRecordChange>;
}

const PREFIX = "llm/models/";

/** How long a record outlives a worker that was killed. */
const TTL_MS = 5000;

/** The records in `runtime.kv`: `llm/models/{slug}/{instance in hex}/{endpoint}`, with a lease of the worker's. */
export function kvModelRecords(runtime: DistributedRuntime): ModelRecords {
  return {
    async put(endpoint, card) {
      const lease = await runtime.kv.lease({ ttlMs: TTL_MS });
      const instance = runtime.instanceId.toString(16);
      const key = `${PREFIX}${modelSlug(card.display_name)}/${instance}/${endpoint}`;
      const created = Math.floor(Date.now() / 1000);
      await runtime.kv.put(key, { endpoint, instance, created, card }, { lease });
      return lease;
    },
    async *watch(signal, told) {
      const watch = runtime.kv.watch(PREFIX, { signal });
      await watch.ready;
      const { entries } = await runtime.kv.list(PREFIX, { limit: 1000 });
      const untold = new Set(entries.map(({ key }) => key));
      if (untold.size === 0) told();
      for await (const event of watch) {
        const record = event.type === "put" ? recordOf(event.entry) : null;
        yield record === null ? { deleted: event.key } : { put: record };
        if (untold.delete(event.key) && untold.size === 0) told();
      }
    },
  };
}

/** Null for what is no record of a model, such as one that a later version has written. */
function recordOf(entry: KvEntry): ModelRecord | null {
  const value = valueOf(entry);
  if (!isFileObject(value)) return null;
  const { endpoint, instance, created } = value;
  if (typeof endpoint !== "string" || typeof instance !== "string" || typeof created !== "number") return null;
  const card = ModelCard["~standard"].validate(value.card);
  if (card instanceof Promise || card.issues !== undefined || !/^[0-9a-f]{1,16}$/.test(instance)) return null;
  return { key: entry.key, endpoint, instanceId: BigInt(`0x${instance}`), created, card: card.value };
}

function valueOf(entry: KvEntry): unknown {
  try {
    return entry.json<unknown>();
  } catch {
    return null;
  }
}

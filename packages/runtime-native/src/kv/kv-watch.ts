import type { KvBatch } from "../generated/types/kv-batch.ts";
import { KvEntry } from "./kv-entry.ts";
import type { KvEvent } from "./kv-event.ts";
import type { KvFeed } from "./kv-feed.ts";

const CAUSES = { initial: "initial", changes: "change", resync: "resync" } as const;

/**
 * What is there, and then every change in order, none of them twice; over broken connections too. Read it with
 * `for await`; leaving the loop ends the watch. One who reads slowly loses nothing that still stands.
 */
export class KvWatch implements AsyncIterableIterator<KvEvent, void>, AsyncDisposable {
  readonly #feed: KvFeed;
  readonly #events: AsyncGenerator<KvEvent, void, void>;

  /** @internal */
  constructor(feed: KvFeed, initial: boolean) {
    this.#feed = feed;
    this.#events = events(feed, initial);
  }

  /** Resolves when the watch is in place: every later change will be told. Rejects when it could not be. */
  get ready(): Promise<void> {
    return this.#feed.ready;
  }

  /** The next change; waits for it. Rejects with the error that ended the watch. */
  next(): Promise<IteratorResult<KvEvent, void>> {
    return this.#events.next();
  }

  /** Ends the watch, as leaving its loop does. */
  async return(): Promise<IteratorResult<KvEvent, void>> {
    // First, so that a read that is under way ends.
    this.#feed.end();
    return await this.#events.return();
  }

  /** The watch itself: it can be read once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** As `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

async function* events(feed: KvFeed, initial: boolean): AsyncGenerator<KvEvent, void, void> {
  for await (const batch of feed.batches()) {
    if (batch.phase === "initial" && !initial) continue;
    for (const event of batch.events) yield told(event, CAUSES[batch.phase]);
  }
}

function told(event: KvBatch["events"][number], cause: KvEvent["cause"]): KvEvent {
  if (event.type === "delete") return { type: "delete", key: event.key, revision: BigInt(event.revision), cause };
  const entry = new KvEntry(event.entry);
  return { type: "put", key: entry.key, revision: entry.revision, cause, entry };
}

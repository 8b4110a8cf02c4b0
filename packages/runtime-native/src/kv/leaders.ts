import { KvEntry } from "./kv-entry.ts";
import type { KvFeed } from "./kv-feed.ts";

/** The candidate that came first, each time that it is another one. */
export async function* leaders(feed: KvFeed): AsyncGenerator<KvEntry | null, void, void> {
  const candidates = new Map<string, KvEntry>();
  let known: string | null | undefined;
  for await (const batch of feed.batches()) {
    for (const event of batch.events) {
      if (event.type === "delete") candidates.delete(event.key);
      else candidates.set(event.entry.key, new KvEntry(event.entry));
    }
    const leader = first(candidates.values());
    const key = leader?.key ?? null;
    if (!batch.complete || key === known) continue;
    known = key;
    yield leader;
  }
}

function first(candidates: Iterable<KvEntry>): KvEntry | null {
  let found: KvEntry | null = null;
  for (const candidate of candidates) {
    if (found === null || candidate.createRevision < found.createRevision) found = candidate;
  }
  return found;
}

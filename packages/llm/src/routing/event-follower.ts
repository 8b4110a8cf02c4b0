import { type Client, type Logger, StatorError } from "@stator/runtime-native";

import type { KvIndex, RouterEvent } from "../generated/index.ts";
import { readRouterEvents } from "../kv/read-router-events.ts";

/** Events of one worker that may wait while it is asked for all it has; more of them, and it is asked again. */
const MOST_WAITING = 100_000;
/** How often a worker is asked in vain, and the pause after the first time, in milliseconds; each further one is twice as long. */
const ATTEMPTS = 6;
const PAUSE_MS = 50;
/** How long a worker has to say all. */
const ANSWER_MS = 30_000;

interface Followed {
  /** Ends when the worker is gone. */
  readonly gone: AbortController;
  /** The last event of each rank that is in the index; none where nobody could say. */
  readonly last: Map<number, bigint>;
  /** Events that came while the worker is asked; null while it is followed. */
  waiting: RouterEvent[] | null;
  /** Whether it ever said what it has. */
  speaks: boolean;
  /** Whether it could say all that it has. */
  answers: boolean;
  applied: number;
}

/** What the follower needs. */
export interface FollowerParts {
  readonly index: KvIndex;
  /** Calls the workers' endpoint `cachedBlocks`. */
  readonly snapshots: Client<null, unknown>;
  readonly log: Logger;
  /** Hears when a worker that was silent begins to speak: what was guessed of it is out of the index. */
  readonly onSpeaks?: (workerId: bigint) => void;
}

/**
 * Keeps the index as the workers' caches are. Each worker is asked for all it has when it appears, and again when one of its
 * events is missing; the events that come meanwhile are applied behind the answer, by their numbers.
 */
export class EventFollower {
  readonly #parts: FollowerParts;
  readonly #workers = new Map<bigint, Followed>();
  readonly #asking = new Set<Promise<void>>();
  #errors = 0;
  #resyncs = 0;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
  }

  /** Events that could not be applied. */
  get errors(): number {
    return this.#errors;
  }

  /** How many times a worker was asked again because events of it were missing. */
  get resyncs(): number {
    return this.#resyncs;
  }

  /** A worker has appeared. */
  add(workerId: bigint): void {
    if (this.#workers.has(workerId)) return;
    const followed: Followed = {
      gone: new AbortController(),
      last: new Map(),
      waiting: null,
      speaks: false,
      answers: false,
      applied: 0,
    };
    this.#workers.set(workerId, followed);
    this.#ask(workerId, followed, null);
  }

  /** A worker is gone: its blocks are too. */
  remove(workerId: bigint): void {
    this.#workers.get(workerId)?.gone.abort();
    this.#workers.delete(workerId);
    this.#parts.index.removeWorker(workerId);
  }

  /** Whether the worker says what it has in its cache. */
  speaks(workerId: bigint): boolean {
    return this.#workers.get(workerId)?.speaks ?? false;
  }

  /** Events of the worker that were applied since it appeared. */
  applied(workerId: bigint): number {
    return this.#workers.get(workerId)?.applied ?? 0;
  }

  /** Applies events as they come. Those of workers that have not appeared are left out: they are asked when they do. */
  take(events: readonly RouterEvent[]): void {
    const fresh = new Map<bigint, RouterEvent[]>();
    for (const event of events) {
      if (event.storage_tier !== "device") continue;
      const followed = this.#workers.get(event.worker_id);
      if (followed === undefined) continue;
      if (!followed.speaks) this.#begin(event.worker_id, followed);
      if (followed.waiting !== null) {
        if (followed.waiting.length < MOST_WAITING) followed.waiting.push(event);
        continue;
      }
      const missing = isMissing(followed, event);
      if (missing === null) continue;
      if (missing && followed.answers) {
        this.#flush(fresh);
        this.#resyncs++;
        this.#ask(event.worker_id, followed, event);
        continue;
      }
      followed.last.set(event.event.dp_rank, event.event.event_id);
      const list = fresh.get(event.worker_id);
      if (list === undefined) fresh.set(event.worker_id, [event]);
      else list.push(event);
    }
    this.#flush(fresh);
  }

  /** Resolves when no worker is being asked. */
  async settled(): Promise<void> {
    while (this.#asking.size > 0) await Promise.all(this.#asking);
  }

  /** Forgets all workers. */
  async close(): Promise<void> {
    for (const workerId of this.#workers.keys()) this.remove(workerId);
    await this.settled();
  }

  #flush(fresh: Map<bigint, RouterEvent[]>): void {
    for (const [workerId, events] of fresh) this.#apply(workerId, events);
    fresh.clear();
  }

  #apply(workerId: bigint, events: RouterEvent[]): void {
    const failed = this.#parts.index.apply(events);
    this.#errors += failed.length;
    const followed = this.#workers.get(workerId);
    if (followed !== undefined) followed.applied += events.length - failed.length;
    if (failed.length > 0)
      this.#parts.log.debug("events of a worker do not fit", { workerId: String(workerId), failed });
  }

  #begin(workerId: bigint, followed: Followed): void {
    followed.speaks = true;
    this.#parts.onSpeaks?.(workerId);
  }

  /** `cause`: the event that showed that others are missing. */
  #ask(workerId: bigint, followed: Followed, cause: RouterEvent | null): void {
    followed.waiting = cause === null ? [] : [cause];
    const asking = this.#answer(workerId, followed, cause).finally(() => this.#asking.delete(asking));
    this.#asking.add(asking);
  }

  async #answer(workerId: bigint, followed: Followed, cause: RouterEvent | null): Promise<void> {
    const snapshot = await this.#snapshot(workerId, followed.gone.signal);
    if (followed.gone.signal.aborted) return;
    if (snapshot !== null) {
      followed.answers = true;
      if (!followed.speaks) this.#begin(workerId, followed);
      // What is in the index is older, whatever the answer is.
      this.#parts.index.removeWorker(workerId);
      followed.last.clear();
      for (const { event } of snapshot) followed.last.set(event.dp_rank, event.event_id);
      this.#apply(workerId, snapshot);
      // It was there before the worker was asked. A worker that does not count would be asked for ever.
      if (cause !== null && isMissing(followed, cause) !== null) {
        followed.answers = false;
        this.#parts.log.warn("a worker does not number its events in order; gaps are not noticed", {
          workerId: String(workerId),
        });
      }
    }
    const waiting = followed.waiting ?? [];
    followed.waiting = null;
    if (waiting.length >= MOST_WAITING && followed.answers) this.#ask(workerId, followed, null);
    else this.take(waiting);
  }

  /** All that a worker has; null if it cannot say. */
  async #snapshot(workerId: bigint, signal: AbortSignal): Promise<RouterEvent[] | null> {
    for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt++) {
      try {
        return await this.#askOnce(workerId, signal);
      } catch (error) {
        if (signal.aborted) return null;
        const reason = error instanceof StatorError ? error.code : String(error);
        this.#parts.log.debug("a worker did not say what it has cached", { workerId: String(workerId), reason });
        await pause(PAUSE_MS * 2 ** attempt, signal);
      }
    }
    if (!signal.aborted)
      this.#parts.log.info("a worker does not say what it has cached", { workerId: String(workerId) });
    return null;
  }

  async #askOnce(workerId: bigint, signal: AbortSignal): Promise<RouterEvent[]> {
    const events: RouterEvent[] = [];
    for await (const item of this.#parts.snapshots.direct(null, workerId, { signal, timeoutMs: ANSWER_MS })) {
      const read = readRouterEvents(item);
      if (read === null) throw new StatorError("invalid_response", "cachedBlocks: an item is no event of a cache.");
      for (const event of read) if (event.storage_tier === "device" && event.worker_id === workerId) events.push(event);
    }
    return events;
  }
}

/** Whether events before this one are missing; null if it is in the index already. */
function isMissing({ last }: Followed, { event }: RouterEvent): boolean | null {
  const before = last.get(event.dp_rank);
  // A rank that the answer did not have has said nothing until then.
  if (before === undefined) return event.event_id > 1n;
  if (event.event_id <= before) return null;
  return event.event_id > before + 1n;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise.finally(() => clearTimeout(timer));
}

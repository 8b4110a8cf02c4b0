import type { PublishedEvent } from "./published-event.ts";

/**
 * Events of one topic in one scope, from whoever publishes them, for as long as somebody reads. It can be read once.
 *
 * It has begun when this exists. It ends, and its loop with it, by `break`, by `close()`, by its signal, and when the
 * runtime shuts down. A failure to subscribe is thrown in the loop, and by `ready`.
 */
export interface Subscription<T> extends AsyncIterable<PublishedEvent<T>, undefined>, AsyncDisposable {
  /** What was subscribed to. */
  readonly topic: string;
  /**
   * Resolves when events that are published from now on arrive, as far as the back end can know: a publisher that begins
   * later has to be found first. Rejects with `invalid_argument`, `discovery`, `unavailable`, `permission_denied` or
   * `shutting_down`.
   */
  readonly ready: Promise<void>;
  /** Events that were dropped because this reader was too slow, as of the last event that arrived. */
  readonly dropped: number;
  /** Events that were skipped because they did not fit the schema, or hold what JavaScript cannot read. */
  readonly skipped: number;
  /** Ends it. Harmless a second time. */
  close(): void;
}

import { clock } from "@stator/sdk";

/** How much of what was waited too long is caught up with, in milliseconds. */
const MOST_CAUGHT_UP = 20;

/**
 * Lets the time pass that steps cost. Timers have milliseconds and steps may be shorter: what is owed is added up, and what
 * a timer took too long is taken from the next steps.
 */
export class Pace {
  /** When what was spent so far is over; null when nothing is going on. */
  private due: number | null = null;

  constructor(
    /** How many times as fast; 0 for no time at all. */
    private readonly speedup: number,
  ) {}

  /** Resolves when so much is over; others get their turn in any case. */
  async spend(ms: number, signal: AbortSignal): Promise<void> {
    const now = clock.now();
    const from = Math.max(this.due ?? now, now - MOST_CAUGHT_UP);
    this.due = this.speedup > 0 ? from + ms / this.speedup : now;
    const wait = Math.floor(this.due - now);
    if (wait >= 1) await clock.sleep(wait, { signal });
    else await new Promise((resolve) => setImmediate(resolve));
  }

  /** There was nothing to do: nothing is owed. */
  rest(): void {
    this.due = null;
  }
}

import type { Clock, ClockTimer } from "@stator/runtime-native";

import { sleepBy, type SleepOptions } from "../clock/clock.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import type { TestClock } from "./test-clock.ts";

/** When the time of a test begins, unless it says otherwise. */
const BEGIN = Date.UTC(2030, 0, 1);

/** Moments at which something may happen in one `advance`: a timer that is set again and again must not run for ever. */
const MOST_MOMENTS = 100_000;

interface Waiting {
  readonly due: number;
  readonly happen: () => void;
}

/** A time that stands still until the test lets it pass. */
export class FakeClock implements Clock, TestClock {
  readonly isReal = false;
  private time: number;
  /** In the order in which they were set. */
  private readonly waiting = new Set<Waiting>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    /** Resolves when nothing moves any more. */
    private readonly settled: () => Promise<void>,
    begin: number = BEGIN,
  ) {
    this.time = begin;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(ms: number, happen: () => void): ClockTimer {
    const timer = { due: this.time + Math.max(0, ms), happen };
    this.waiting.add(timer);
    return { cancel: () => void this.waiting.delete(timer) };
  }

  sleep(ms: number, options?: SleepOptions): Promise<void> {
    return sleepBy(this, ms, options);
  }

  advance(ms: number): Promise<void> {
    if (typeof ms !== "number" || !(ms >= 0 && ms < Infinity)) {
      return Promise.reject(invalidArgument(`clock.advance: ${String(ms)} is no time; give milliseconds, at least 0.`));
    }
    return this.inTurn(() => this.pass(this.time + ms));
  }

  advanceToNext(): Promise<number> {
    return this.inTurn(async () => {
      await this.settled();
      const next = this.next();
      const before = this.time;
      await this.pass(next ?? before);
      return this.time - before;
    });
  }

  private async pass(until: number): Promise<void> {
    await this.settled();
    for (let moments = 0; ; moments++) {
      const next = this.next();
      if (next === null || next > until) break;
      if (moments >= MOST_MOMENTS) {
        throw invalidArgument(
          `clock.advance: after ${MOST_MOMENTS} moments there is still something to do by ${until}.`,
        );
      }
      this.time = Math.max(this.time, next);
      this.fire(next);
      await this.settled();
    }
    this.time = until;
    await this.settled();
  }

  /** What is due at the same moment happens at once: both ends of a call see its deadline. */
  private fire(due: number): void {
    const now = [...this.waiting].filter((timer) => timer.due === due);
    for (const timer of now) {
      // One before it may have put it off.
      if (this.waiting.delete(timer)) timer.happen();
    }
  }

  private next(): number | null {
    let next: number | null = null;
    for (const { due } of this.waiting) if (next === null || due < next) next = due;
    return next;
  }

  /** One after another, as they were asked for. */
  private inTurn<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.last.then(body);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}

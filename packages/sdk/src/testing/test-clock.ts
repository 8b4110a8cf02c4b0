import type { Clock } from "@stator/runtime-native";

import { sleepBy, type SleepOptions } from "../clock/clock.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";

/** The time of a cluster under test. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves when so much time has passed. */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
  /**
   * Lets time pass: everything that falls due happens in its order, and what follows from it, before the next. Resolves when
   * nothing moves any more. With the real clock it fails with `invalid_argument`.
   */
  advance(ms: number): Promise<void>;
  /** Lets time pass until the next thing falls due; says how much, 0 where nothing is waited for. */
  advanceToNext(): Promise<number>;
}

/** The time that everybody has: it cannot be advanced. */
export function realTestClock(clock: Clock): TestClock {
  return {
    now: () => clock.now(),
    sleep: (ms, options) => sleepBy(clock, ms, options),
    advance: refuse,
    advanceToNext: refuse,
  };
}

function refuse(): Promise<never> {
  return Promise.reject(
    invalidArgument('This cluster goes by the real time; make it with { clock: "fake" } to advance it.'),
  );
}

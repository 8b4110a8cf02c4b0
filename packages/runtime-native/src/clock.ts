/** Something that was put off. */
export interface ClockTimer {
  /** It is not done any more. Harmless when it has been. */
  cancel(): void;
}

/** What tells the time, and when some of it has passed. */
export interface Clock {
  /** Whether it is the time that everybody has: the core measures by that, and by no other. */
  readonly isReal: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment; it never goes back. */
  monotonic(): number;
  /** Calls `then` after so many milliseconds. In the `background` it keeps no process alive. */
  after(ms: number, then: () => void, pace?: "asked" | "background"): ClockTimer;
}

/** The longest time that a timer of the engine takes; it fires a longer one at once. */
const LONGEST = 0x7fff_ffff;

/** The time that everybody has. */
export const systemClock: Clock = {
  isReal: true,
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, then, pace = "asked") {
    let timer: Timer;
    const set = (left: number): void => {
      const part = Math.min(left, LONGEST);
      timer = setTimeout(part === left ? then : () => set(left - part), part);
      if (pace === "background") timer.unref();
    };
    set(ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

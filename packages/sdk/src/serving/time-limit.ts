import { type Clock, type ClockTimer, type Context, StatorError } from "@stator/runtime-native";

/** Ends a call that takes longer than its endpoint allows, whatever its caller said. */
export class TimeLimit implements Disposable {
  private readonly timer: ClockTimer;
  private expired: StatorError | null = null;
  private waiting: ((error: StatorError) => void) | null = null;

  private constructor(context: Context, timeoutMs: number, clock: Clock) {
    this.timer = clock.after(timeoutMs, () => {
      this.expired = new StatorError(
        "deadline_exceeded",
        `${context.endpoint} took longer than its limit of ${timeoutMs} ms.`,
      );
      context.stopGenerating();
      this.waiting?.(this.expired);
    });
  }

  /** Null where the caller's own deadline is not later. */
  static for(context: Context, timeoutMs: number | null, clock: Clock): TimeLimit | null {
    if (timeoutMs === null) return null;
    if (context.deadline !== null && context.deadline <= clock.now() + timeoutMs) return null;
    return new TimeLimit(context, timeoutMs, clock);
  }

  /** Whether the time was up. */
  get isExpired(): boolean {
    return this.expired !== null;
  }

  /** Waits for a part of the call, but not beyond the limit. One part at a time. */
  bound<T>(part: Promise<T>): Promise<T> {
    if (this.expired !== null) return Promise.reject(this.expired);
    return new Promise<T>((resolve, reject) => {
      this.waiting = reject;
      part.then(resolve, reject);
    });
  }

  [Symbol.dispose](): void {
    this.timer.cancel();
  }
}

/** The items of `source` until the limit. A source that does not end by itself then is left to end on its own. */
export async function* limited(source: AsyncGenerator, limit: TimeLimit): AsyncGenerator {
  try {
    for (;;) {
      const result = await limit.bound(source.next());
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    limit[Symbol.dispose]();
    const ended = source.return(undefined);
    if (limit.isExpired) ended.catch(() => undefined);
    else await ended;
  }
}

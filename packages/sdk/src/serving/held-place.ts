import type { Clock, ClockTimer, Context } from "@stator/runtime-native";

/** Time that a method has to end when its call is over, in milliseconds. */
const GRACE_MS = 5000;

/**
 * The place of one call. It is free when the method has ended; or, with a warning, some time after the call was over: a method
 * that ignores its signal must not keep others out for ever.
 */
export class HeldPlace implements Disposable {
  private timer: ClockTimer | null = null;
  private isFree = false;

  constructor(
    private readonly context: Context,
    private readonly leave: () => void,
    private readonly clock: Clock,
    private readonly graceMs = GRACE_MS,
  ) {
    if (context.signal.aborted) this.watch();
    else context.signal.addEventListener("abort", this.watch, { once: true });
  }

  [Symbol.dispose](): void {
    this.context.signal.removeEventListener("abort", this.watch);
    this.timer?.cancel();
    this.free();
  }

  private readonly watch = (): void => {
    const over = (): void => {
      // One that was only asked to finish early is still being answered.
      if (!this.context.isKilled()) return this.watch();
      const { endpoint, log } = this.context;
      log.warn(
        `${endpoint} has not ended ${this.graceMs} ms after its call was over; its place is given to another. ` +
          "Methods should end when context.signal fires.",
      );
      this.free();
    };
    this.timer = this.clock.after(this.graceMs, over, "background");
  };

  private free(): void {
    if (this.isFree) return;
    this.isFree = true;
    this.leave();
  }
}

import { type Context, StatorError } from "@stator/runtime-native";

import type { Rate } from "../definition/limits.ts";

/** Lets so many calls through in a second, on average, and a burst of them at once. */
export class RateLimit {
  private left: number;
  private at: number;

  constructor(
    /** What is limited, for the message: a service or an endpoint. */
    private readonly what: string,
    private readonly rate: Rate,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.left = rate.burst;
    this.at = now();
  }

  /** Throws `overloaded` when the call comes too soon; `details.retryAfterMs` says when there is room again. */
  take(context: Context): void {
    const { perSecond, burst } = this.rate;
    const now = this.now();
    this.left = Math.min(burst, this.left + ((now - this.at) / 1000) * perSecond);
    this.at = now;
    if (this.left >= 1) {
      this.left -= 1;
      return;
    }
    const retryAfterMs = Math.ceil(((1 - this.left) / perSecond) * 1000);
    throw new StatorError(
      "overloaded",
      `${this.what} takes ${perSecond} calls a second; try again in ${retryAfterMs} ms.`,
      { details: { refused: context.endpoint, retryAfterMs } },
    );
  }
}

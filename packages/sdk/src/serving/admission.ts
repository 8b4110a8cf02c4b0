import type { Clock, Context, Metrics } from "@stator/runtime-native";

import type { Limits } from "../definition/limits.ts";
import { ATTRIBUTE } from "../tracing/attribute.ts";
import { tracedWait } from "../tracing/phase.ts";
import { Bulkhead } from "./bulkhead.ts";
import { HeldPlace } from "./held-place.ts";
import { RateLimit } from "./rate-limit.ts";

/** The limits that a call of one endpoint has to pass. */
export class Admission {
  private constructor(
    private readonly rates: readonly RateLimit[],
    private readonly bulkheads: readonly Bulkhead[],
    private readonly clock: Clock,
  ) {}

  /** The limits of a service or an endpoint, whose name stands in messages. */
  static of(what: string, limits: Limits | null, clock: Clock): Admission {
    const { maxConcurrency = null, queue = 0, rate = null } = limits ?? {};
    return new Admission(
      rate === null ? [] : [new RateLimit(what, rate, () => clock.monotonic())],
      maxConcurrency === null ? [] : [new Bulkhead(what, { maxConcurrency, queue })],
      clock,
    );
  }

  /** These limits, then those of `outer`: who waits for one endpoint must not hold a place that another could use. */
  within(outer: Admission): Admission {
    return new Admission([...this.rates, ...outer.rates], [...this.bulkheads, ...outer.bulkheads], this.clock);
  }

  /** Counts how full they are from now on. */
  measure(metrics: Metrics): void {
    for (const bulkhead of this.bulkheads) bulkhead.measure(metrics);
  }

  get isOpen(): boolean {
    return this.rates.length === 0 && this.bulkheads.length === 0;
  }

  /** Passes all of them. Dispose of what it gives when the call has ended. */
  async enter(context: Context): Promise<Disposable> {
    const passed: Bulkhead[] = [];
    const leave = (): void => {
      for (const bulkhead of passed.splice(0)) bulkhead.leave();
    };
    try {
      for (const rate of this.rates) rate.take(context);
      for (const bulkhead of this.bulkheads) {
        const turn = bulkhead.enter(context);
        if (turn !== null) await tracedWait("queue", { [ATTRIBUTE.limit]: bulkhead.what }, turn);
        passed.push(bulkhead);
      }
    } catch (error) {
      leave();
      throw error;
    }
    return new HeldPlace(context, leave, this.clock);
  }
}

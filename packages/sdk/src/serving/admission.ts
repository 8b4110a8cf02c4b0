import type { Context } from "@stator/runtime-native";

import type { Bulkhead } from "./bulkhead.ts";
import { HeldPlace } from "./held-place.ts";

/** The bulkheads that a call of one endpoint has to pass. */
export class Admission {
  /** The narrowest first: who waits for one endpoint must not hold a place that another could use. */
  constructor(private readonly bulkheads: readonly Bulkhead[]) {}

  get isOpen(): boolean {
    return this.bulkheads.length === 0;
  }

  /** Passes all of them. Dispose of what it gives when the call has ended. */
  async enter(context: Context): Promise<Disposable> {
    const passed: Bulkhead[] = [];
    const leave = (): void => {
      for (const bulkhead of passed.splice(0)) bulkhead.leave();
    };
    try {
      for (const bulkhead of this.bulkheads) {
        const turn = bulkhead.enter(context);
        if (turn !== null) await turn;
        passed.push(bulkhead);
      }
    } catch (error) {
      leave();
      throw error;
    }
    return new HeldPlace(context, leave);
  }
}

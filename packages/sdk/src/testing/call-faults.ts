import type { ErrorCode, StatorError } from "@stator/runtime-native";

import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { Fault, type FaultEffect, faultError, type FaultOptions, type FaultyCall } from "./fault.ts";

/** The faults that are played with calls now, in the order in which they were given. */
export class CallFaults {
  private readonly faults = new Set<Fault>();

  constructor(private readonly random: () => number) {}

  add(effect: FaultEffect, fits: (call: FaultyCall) => boolean, options: FaultOptions = {}): Fault {
    checkOptions(effect.kind, options, ["times", "skip", "probability"]);
    checkWhole(`${effect.kind}: times`, options.times, 1);
    checkWhole(`${effect.kind}: skip`, options.skip, 0);
    const { probability = 1 } = options;
    if (typeof probability !== "number" || !(probability >= 0 && probability <= 1)) {
      throw invalidArgument(`${effect.kind}: probability is ${String(probability)}; give a number from 0 to 1.`);
    }
    const fault = new Fault(effect, fits, options, this.random, (each) => void this.faults.delete(each));
    this.faults.add(fault);
    return fault;
  }

  /** Those that this call meets, each of them counted. */
  for(call: FaultyCall): readonly FaultEffect[] {
    return [...this.faults].flatMap((fault) => (fault.takes(call) ? [fault.effect] : []));
  }

  clear(): void {
    this.faults.clear();
  }
}

/** What can be done to some of the calls of a cluster. */
export class FaultyCalls {
  /** @internal Use `cluster.on`. */
  constructor(
    private readonly faults: CallFaults,
    private readonly fits: (call: FaultyCall) => boolean,
  ) {}

  /** They never arrive: their callers wait until their time is up, and have `deadline_exceeded`. */
  drop(options?: FaultOptions): Fault {
    return this.play({ kind: "drop" }, options);
  }

  /** They arrive and are run, and what is answered is lost: their callers wait until their time is up. */
  dropAnswer(options?: FaultOptions): Fault {
    return this.play({ kind: "drop-answer" }, options);
  }

  /** They arrive so many milliseconds later, by the clock of the cluster. */
  delay(ms: number, options?: FaultOptions): Fault {
    if (typeof ms !== "number" || !(ms >= 0 && ms < Infinity)) {
      throw invalidArgument(`delay: ${String(ms)} is no time; give milliseconds, at least 0.`);
    }
    return this.play({ kind: "delay", ms }, options);
  }

  /**
   * They arrive twice; the first answer counts. It shows whether running a call twice does harm. Calls with a stream of
   * requests arrive once, because a stream can be read once.
   */
  duplicate(options?: FaultOptions): Fault {
    return this.play({ kind: "duplicate" }, options);
  }

  /** They are answered with this error, and do not reach their methods. */
  fail(error: ErrorCode | StatorError, options?: FaultOptions): Fault {
    return this.play({ kind: "fail", error: faultError(error) }, options);
  }

  /**
   * Their worker is lost after so many items: their callers have `unknown_outcome`, or go on elsewhere where that is safe. With
   * one answer 0 is before the method has run, and 1 after it.
   */
  breakAfter(items: number, options?: FaultOptions): Fault {
    checkWhole("breakAfter: items", items, 0);
    return this.play({ kind: "break", after: items }, options);
  }

  private play(effect: FaultEffect, options?: FaultOptions): Fault {
    return this.faults.add(effect, this.fits, options);
  }
}

import type { Clock } from "../clock.ts";
import type { Arrivals } from "./arrivals.ts";

/** What a test puts below a runtime. */
export interface TestBed {
  /** The time that counts. Where it is not the real one, deadlines are judged by it and not by the core. */
  readonly clock: Clock;
  /** Whom the called see as their caller. */
  readonly name: string;
  /** Shared by the runtimes that call each other. */
  readonly arrivals: Arrivals;
}

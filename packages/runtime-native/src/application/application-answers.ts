import type { ServiceAnswer } from "../generated/types/service-answer.ts";

/** How one service fares: its `namespace.component`, whether it is well, and why not. */
export type ServiceHealth = ServiceAnswer;

/** What the system server asks the application. What throws, or takes too long, counts as not well. */
export interface ApplicationAnswers {
  /** Whether each service lives: one that does not should be restarted. */
  liveness(): Promise<ServiceHealth[]>;
  /** Whether each service can take calls now. */
  readiness(): Promise<ServiceHealth[]>;
}

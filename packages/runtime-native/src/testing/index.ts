/** For test kits: what stands below a runtime in a test, and what can be done to it. Applications have no use for it. */
export { Arrivals } from "./arrivals.ts";
export { callerOf } from "./caller-of.ts";
export type { PlayedFaults } from "./played-faults.ts";
export type { TestBed } from "./test-bed.ts";

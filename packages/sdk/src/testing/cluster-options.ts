import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { readInterceptors } from "../definition/read-interceptors.ts";
import type { Interceptors, ResolvedInterceptors } from "../interceptor/interceptor.ts";
import type { Replacement } from "./replacement.ts";

/** What `testCluster` takes. */
export interface TestClusterOptions {
  /** What stands in for services: `stub(Worker, { ... })`, `fake(Worker, FakeWorker)`. Default: nothing. */
  readonly replace?: readonly Replacement[];
  /** How many instances of a service are started, by its name: `{ Worker: 2 }`. Default: 1 of each. */
  readonly instances?: Readonly<Record<string, number>>;
  /** What the services are told, by their names: `{ Worker: { maxTokens: 5 } }`. Files and the environment do not count. */
  readonly configuration?: Readonly<Record<string, object>>;
  /** What the calls of the test carry, unless they say otherwise. Default: nothing. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Around all calls that the services answer and make. Default: none. */
  readonly interceptors?: Interceptors;
  /** `fake`: time stands still until `cluster.clock.advance(ms)`. Default: `real`. */
  readonly clock?: "real" | "fake";
  /** When the fake time begins, in milliseconds since the epoch. Default: the beginning of 2030. */
  readonly startAt?: number;
  /** What looks random is the same for the same seed: pauses of retries, the calls that faults meet. Default: 1. */
  readonly seed?: number;
  /** What is done about calls and methods that have not ended when the cluster stops. Default: `fail`. */
  readonly leaks?: "fail" | "ignore";
}

/** The same, checked. */
export interface ResolvedClusterOptions extends Required<Omit<TestClusterOptions, "interceptors" | "startAt">> {
  readonly interceptors: ResolvedInterceptors;
  readonly startAt: number | undefined;
}

export const CLUSTER_OPTIONS = [
  "replace",
  "instances",
  "configuration",
  "metadata",
  "interceptors",
  "clock",
  "startAt",
  "seed",
  "leaks",
] as const;

/** Checks the options and fills in what they leave out. */
export function readClusterOptions(where: string, options: TestClusterOptions): ResolvedClusterOptions {
  checkOptions(where, options, CLUSTER_OPTIONS);
  const { clock = "real", leaks = "fail", seed = 1, instances = {}, replace = [], startAt } = options;
  checkOneOf(where, "clock", clock, ["real", "fake"]);
  checkOneOf(where, "leaks", leaks, ["fail", "ignore"]);
  checkWhole(`${where}: seed`, seed, 0);
  checkWhole(`${where}: startAt`, startAt, 0);
  for (const [name, count] of Object.entries(instances)) checkWhole(`${where}: instances.${name}`, count, 0);
  if (!Array.isArray(replace) || replace.some((each) => typeof each !== "object" || !("service" in each))) {
    throw invalidArgument(`${where}: replace is a list of what stub() and fake() give.`);
  }
  return {
    clock,
    leaks,
    seed,
    instances,
    replace,
    startAt,
    configuration: options.configuration ?? {},
    metadata: options.metadata ?? {},
    interceptors: readInterceptors(`${where}: interceptors`, options.interceptors),
  };
}

function checkOneOf(where: string, name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw invalidArgument(`${where}: ${name} is ${JSON.stringify(value)}; use ${known.join(" or ")}.`);
}

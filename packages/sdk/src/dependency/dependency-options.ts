import type { Instance, RouterMode } from "@stator/runtime-native";

import { checkOptions, checkWhole } from "../definition/check-options.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { readInterceptorList } from "../definition/read-interceptors.ts";
import { readRetry, type RetryOptions, type RetryPolicy } from "../definition/retry-options.ts";
import type { ClientInterceptor } from "../interceptor/interceptor.ts";
import { type HedgeOptions, type HedgePolicy, readHedge } from "./hedge-options.ts";
import { type BreakerOptions, type BreakerPolicy, readBreaker } from "./breaker-options.ts";

/** What a router of one's own knows of a call. */
export interface RoutedCall {
  /** `namespace.component.endpoint` */
  readonly path: string;
  /** Null for a stream of requests. */
  readonly request: unknown;
  /** The metadata that the call brings itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Chooses the instance that takes a call, by its id; null leaves the choice to the runtime. Instances that are incompatible, or
 * left out by the breaker, are not among them.
 */
export type CustomRouter = (instances: readonly Instance[], call: RoutedCall) => bigint | null;

/** How calls through one dependency are sent. */
export interface DependencyOptions {
  /** How an instance is chosen; `direct`: each call says it with `instanceId`. Default: `round-robin`. */
  router?: RouterMode | "direct" | CustomRouter;
  /** Limit for each call that brings none of its own, in milliseconds. Default: the endpoint's `timeoutMs`. */
  timeoutMs?: number;
  /** Instances that must be there before the start hooks run. Default: the start does not wait, or 1 with `waitMs`. */
  minInstances?: number;
  /** How long the start waits for them, in milliseconds, before it fails. Default: 30,000. */
  waitMs?: number;
  /** How failed calls are made again, where that is safe; false for not at all. Default: as the endpoint says. */
  retry?: RetryOptions | false;
  /** Leaves out instances that fail. `true` takes the defaults. Default: false. */
  breaker?: BreakerOptions | boolean;
  /** Makes a call of an idempotent endpoint a second time when the first takes long. Default: never. */
  hedge?: HedgeOptions;
  /** Around its calls, outermost first, inside of those of the service. Default: none. */
  interceptors?: readonly ClientInterceptor[];
}

/** The same, checked. */
export interface DependencyPolicy {
  readonly router: RouterMode | undefined;
  readonly choose: CustomRouter | null;
  /** For people: `custom` for a function. */
  readonly routerName: string;
  readonly timeoutMs: number | null;
  /** Null if the start does not wait. */
  readonly wait: { readonly min: number; readonly timeoutMs: number } | null;
  /** `undefined`: as each endpoint says. */
  readonly retry: RetryPolicy | null | undefined;
  readonly breaker: BreakerPolicy | null;
  readonly hedge: HedgePolicy | null;
  readonly interceptors: readonly ClientInterceptor[];
}

const KNOWN = ["router", "timeoutMs", "minInstances", "waitMs", "retry", "breaker", "hedge", "interceptors"] as const;
const ROUTERS = ["round-robin", "random", "least-loaded", "p2c", "direct"] as const;

/** Checks what `depends` was given. */
export function readDependencyOptions(options: DependencyOptions): DependencyPolicy {
  checkOptions("depends", options, KNOWN);
  checkWhole("depends: timeoutMs", options.timeoutMs, 1);
  checkWhole("depends: minInstances", options.minInstances, 1);
  checkWhole("depends: waitMs", options.waitMs, 0);
  const { router, minInstances, waitMs, retry } = options;
  if (typeof router !== "function" && router !== undefined && !ROUTERS.includes(router)) {
    const near = suggestion(router, ROUTERS);
    throw invalidArgument(`depends: router "${router as string}" is unknown; ${near} A function may choose, too.`);
  }
  const isWaiting = minInstances !== undefined || waitMs !== undefined;
  return {
    router: typeof router === "function" || router === "direct" ? undefined : router,
    routerName: typeof router === "function" ? "custom" : (router ?? "round-robin"),
    choose: router === "direct" ? directOnly : typeof router === "function" ? router : null,
    timeoutMs: options.timeoutMs ?? null,
    wait: isWaiting ? { min: minInstances ?? 1, timeoutMs: waitMs ?? 30_000 } : null,
    retry: retry === false ? null : retry === undefined ? undefined : readRetry("depends: retry", retry),
    breaker: readBreaker("depends: breaker", options.breaker),
    hedge: readHedge("depends: hedge", options.hedge),
    interceptors: readInterceptorList("depends: interceptors", options.interceptors),
  };
}

/** Stands for a router where each call says itself where it goes. */
export const directOnly: CustomRouter = () => null;

import type { CallOptions, Client, Clock } from "@stator/runtime-native";

import type { RetryPolicy } from "../definition/retry-options.ts";
import type { ClientCall } from "../interceptor/intercepted-call.ts";
import type { ClientInterceptor, Next } from "../interceptor/interceptor.ts";
import type { Breaker } from "./breaker.ts";
import type { CallTrace, CallTraceFacts } from "../tracing/call-trace.ts";
import type { Resume } from "./broken-stream.ts";
import type { CustomRouter } from "./dependency-options.ts";
import type { TargetEndpoint } from "./dependency-target.ts";
import type { RetryBudget } from "./retry-budget.ts";

/** What a call through a dependency goes to, and how. */
export interface CallTarget {
  readonly client: Client<unknown, unknown>;
  readonly namespace: string;
  readonly component: string;
  readonly endpoint: TargetEndpoint;
  /** `namespace.component.endpoint`, for messages. */
  readonly path: string;
  /** Limit for calls that bring none of their own. */
  readonly timeoutMs: number | null;
  readonly retry: { readonly policy: RetryPolicy; readonly budget: RetryBudget } | null;
  readonly breaker: Breaker | null;
  readonly hedge: { readonly afterMs: number; readonly budget: RetryBudget } | null;
  readonly choose: CustomRouter | null;
  readonly spans: CallTraceFacts;
  /** By what its times are measured. */
  readonly clock: Clock;
  /** A number from 0 to below 1, for pauses. */
  readonly random: () => number;
  /** Through the interceptors of the dependency, as far as the call's own; null if there are none. */
  readonly way: Next<ClientCall> | null;
  /** Whether the dependency lets a call through as it is, once, to an instance that the call or the runtime chooses. */
  readonly isPlain: boolean;
  /** What a call that says nothing itself says to the runtime. */
  readonly options: CallOptions;
  /** How one answer is read, and the error in its place; undefined where they are taken as they come. */
  readonly answer: {
    readonly read: ((item: unknown) => unknown) | undefined;
    readonly failed: ((error: unknown) => never) | undefined;
  };
}

/** What a call says itself. */
export interface CallSettings {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly id?: string | undefined;
  /** The only instance that may answer. */
  readonly instanceId?: bigint | undefined;
  /** Innermost. */
  readonly interceptors?: readonly ClientInterceptor[] | undefined;
  /** How a stream goes on whose worker was lost. */
  readonly resume?: Resume<never, never> | undefined;
  /** Its span. */
  readonly trace?: CallTrace | undefined;
}

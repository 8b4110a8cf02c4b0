import type { Context } from "@stator/runtime-native";

import type { EndpointKind } from "../definition/endpoint-kind.ts";
import type { CallData } from "./call-data.ts";

/** A call on its way through an interceptor. Immutable: hand a changed copy to `next`, as in `next({ ...call, request })`. */
export interface InterceptedCall {
  /** Whether this process answers the call or makes it. */
  readonly side: "client" | "server";
  /** `namespace.component.endpoint` */
  readonly path: string;
  /** The first part of the path. */
  readonly namespace: string;
  /** The second part of the path. */
  readonly component: string;
  /** The endpoint's name in discovery. */
  readonly endpoint: string;
  /** Whether request and answer are one value or a stream. */
  readonly kind: EndpointKind;
  /** Whether running the call twice does no harm. */
  readonly idempotent: boolean;
  /** Server: as it came, before the endpoint's schema has seen it. */
  readonly request: CallData;
  /**
   * Server: what came with the call. Client: what the call says itself; what it inherits from the call that it is made for is
   * added behind the interceptors.
   */
  readonly metadata: Readonly<Record<string, string>>;
  /** Fires when the call is over before its answer is. */
  readonly signal: AbortSignal;
}

/** A call that this process answers. */
export interface ServerCall extends InterceptedCall {
  /** This process answers it. */
  readonly side: "server";
  /** What the method gets as its second parameter. */
  readonly context: Context;
  /** The HTTP request that the call is, with its headers; null for a call of another service. */
  readonly httpRequest: Request | null;
}

/** A call that this process makes through a dependency. */
export interface ClientCall extends InterceptedCall {
  /** This process makes it. */
  readonly side: "client";
  /** Its limit, from the call, the dependency or the endpoint, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** The id that it is given; null for that of the call which it is made for, or a fresh one. */
  readonly id: string | null;
  /** The only instance that may answer; null where the router chooses. */
  readonly instanceId: bigint | null;
}

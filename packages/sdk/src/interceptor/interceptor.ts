import type { CallData } from "./call-data.ts";
import type { ClientCall, InterceptedCall, ServerCall } from "./intercepted-call.ts";

/** The rest of the way: the interceptors further in, then the call itself. A client may go it more than once. */
export type Next<C extends InterceptedCall> = (call: C) => Promise<CallData>;

/** Stands around the calls that this process answers. The outer function runs once for each endpoint. */
export type ServerInterceptor = (next: Next<ServerCall>) => Next<ServerCall>;

/** Stands around the calls that this process makes. The outer function runs once for each endpoint of a dependency. */
export type ClientInterceptor = (next: Next<ClientCall>) => Next<ClientCall>;

/** One that fits both sides. */
export type Interceptor = <C extends InterceptedCall>(next: Next<C>) => Next<C>;

/** Interceptors of both sides, outermost first. */
export interface Interceptors {
  /** Around the calls that are answered. */
  readonly server?: readonly ServerInterceptor[];
  /** Around the calls that are made. */
  readonly client?: readonly ClientInterceptor[];
}

/** The same with nothing left out. */
export type ResolvedInterceptors = Required<Interceptors>;

export const NO_INTERCEPTORS: ResolvedInterceptors = { server: [], client: [] };

/** The interceptors of `outer`, and inside of them these. */
export function within(inner: ResolvedInterceptors, outer: ResolvedInterceptors): ResolvedInterceptors {
  return { server: [...outer.server, ...inner.server], client: [...outer.client, ...inner.client] };
}

/** One function of them all: the first is the outermost. */
export function compose<C extends InterceptedCall>(
  interceptors: readonly ((next: Next<C>) => Next<C>)[],
  innermost: Next<C>,
): Next<C> {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), innermost);
}

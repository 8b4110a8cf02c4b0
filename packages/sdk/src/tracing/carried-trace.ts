import { type Context, propagation } from "@opentelemetry/api";

import { currentContext } from "../serving/call-scope.ts";

type Metadata = Readonly<Record<string, string>>;

/**
 * The metadata of a call with the trace that it belongs to, in the form of the registered propagators: `traceparent` and its
 * like. It counts more than what the call has been given, or inherits.
 */
export function withTrace(trace: Context, own: Metadata | undefined): Metadata {
  const carried: Record<string, string> = {};
  propagation.inject(trace, carried);
  const inherited = currentContext()?.metadata;
  for (const field of propagation.fields()) {
    // What another trace said there must not be taken for a part of this one.
    if (carried[field] === undefined && (own?.[field] ?? inherited?.[field]) !== undefined) carried[field] = "";
  }
  return { ...own, ...carried };
}

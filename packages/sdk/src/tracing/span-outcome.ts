import { type Span, SpanStatusCode } from "@opentelemetry/api";
import { DeclaredError, ERROR_CODES, StatorError } from "@stator/runtime-native";

import { ATTRIBUTE } from "./attribute.ts";

/** Which end of a call a span stands for. `inside` is a part of a call. */
export type SpanSide = "client" | "server" | "inside";

/**
 * Writes what a call failed with. A client's span has failed whatever the code is; a server's only when it is the server's
 * fault, not when it was asked for what it cannot give. A call that its caller has ended has not failed.
 */
export function recordFailure(span: Span, thrown: unknown, side: SpanSide): void {
  const code = thrown instanceof StatorError ? thrown.code : "internal";
  span.setAttribute(ATTRIBUTE.rpcStatus, code);
  if (code === "cancelled") return;
  if (side === "server" && statusOf(thrown) < 500) return;
  span.setAttribute(ATTRIBUTE.errorType, thrown instanceof DeclaredError ? thrown.type : code);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  // Where the code that threw stands: what a caller receives has been recorded by its callee.
  if (side === "server" && code === "internal" && thrown instanceof Error) span.recordException(thrown);
}

function statusOf(thrown: unknown): number {
  return thrown instanceof StatorError ? thrown.httpStatus : ERROR_CODES.internal.httpStatus;
}

import type { LogFields } from "./logger.ts";

/** `version-trace-span-flags` of W3C, of any version; ids of zeros are none. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-|$)/;

let activeTrace: () => LogFields | null = () => null;

/**
 * Says which trace a line of the log belongs to, when it is written: `trace_id` and `span_id`; null for none. It counts more than
 * what came with the call. There is one for the process.
 */
export function setLogTrace(active: () => LogFields | null): void {
  activeTrace = active;
}

/** The trace of the running code, else the one that the metadata of its call names. */
export function logTrace(metadata: Readonly<Record<string, string>> | null): LogFields | null {
  const active = activeTrace();
  if (active !== null || metadata === null) return active;
  const [, trace, span] = TRACEPARENT.exec(metadata["traceparent"] ?? "") ?? [];
  return trace === undefined ? null : { trace_id: trace, span_id: span };
}

import { ERROR_CODES, StatorError } from "@stator/runtime-native";

import type { ErrorObject } from "../generated/index.ts";
import { RequestRefusedError } from "../processing/request-refused.ts";

/** What an error is over HTTP. */
export interface OpenAIError {
  readonly status: number;
  readonly error: ErrorObject;
  readonly headers: Readonly<Record<string, string>>;
}

/** Of clients that do not say how long they want to wait: long enough for a worker to come back. */
const RETRY_AFTER_MS = 1000;

/** The type for a status, in the words that clients of OpenAI know. */
function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 408) return "timeout_error";
  if (status === 429) return "rate_limit_error";
  if (status === 529) return "overloaded_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/** An error of the front end's own. */
export class FrontendError extends Error implements OpenAIError {
  readonly error: ErrorObject;

  constructor(
    readonly status: number,
    message: string,
    { param = null, code = null }: { param?: string | null; code?: string | null } = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "FrontendError";
    this.error = { message, type: typeOf(status), param, code };
  }
}

/** Too much at once: the client should come back after the pause. */
export function retryHeaders(afterMs: number = RETRY_AFTER_MS): Record<string, string> {
  return { "retry-after": String(Math.ceil(afterMs / 1000)), "retry-after-ms": String(Math.ceil(afterMs)) };
}

/** What a client hears of anything that was thrown. `requestId` leads to the log, where the rest of it is. */
export function openAIError(thrown: unknown, requestId: string): OpenAIError {
  if (thrown instanceof FrontendError) return thrown;
  if (RequestRefusedError.is(thrown)) {
    const { status, error } = thrown.value;
    return { status, error, headers: isFull(status) ? retryHeaders() : {} };
  }
  if (!(thrown instanceof StatorError)) return unexpected(requestId);
  const { code, message, details } = thrown;
  // These are mistakes of services among each other; the client has made none.
  if (code === "internal" || code === "invalid_argument" || code === "declared") return unexpected(requestId);
  const status = code === "not_found" ? 503 : ERROR_CODES[code].httpStatus;
  const error: ErrorObject = { message, type: typeOf(status), param: null, code };
  return { status, error, headers: isFull(status) ? retryHeaders(pauseOf(details)) : {} };
}

function unexpected(requestId: string): OpenAIError {
  const message = `The server failed; its log has the reason under the request ${requestId}.`;
  return { status: 500, error: { message, type: "server_error", param: null, code: "internal" }, headers: {} };
}

function isFull(status: number): boolean {
  return status === 429 || status === 503 || status === 529;
}

function pauseOf(details: unknown): number {
  const given = (details as { retryAfterMs?: unknown } | null)?.retryAfterMs;
  return typeof given === "number" && given > 0 ? given : RETRY_AFTER_MS;
}

/** The body of an answer, or of an event of a stream, for an error. */
export function errorText(error: ErrorObject): string {
  return JSON.stringify({ error });
}

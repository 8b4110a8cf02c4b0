import { DeclaredError, StatorError } from "@stator/runtime-native";

import { stringifyJson } from "../schema/json-text.ts";

/** The JSON form of an error: `{"error":{"code","message","retryable","name"?,"details"?,"instance"?,"stack"?}}`. */
export interface ErrorBody {
  error: {
    code: string;
    message: string;
    retryable: boolean;
    /** The type of a declared error. */
    name?: string;
    details?: unknown;
    /** The instance that failed, in decimal. */
    instance?: string;
    /** Where the handler threw; in development only. */
    stack?: string;
  };
}

/** Everything that is thrown becomes a typed error: what is not one already is `internal`. */
export function toStatorError(error: unknown): StatorError {
  if (error instanceof StatorError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StatorError("internal", message, { cause: error });
}

/** The body for an error; stacks are shown outside of production only. */
export function errorBody(error: StatorError): ErrorBody {
  const body: ErrorBody = { error: { code: error.code, message: error.message, retryable: error.retryable } };
  if (error instanceof DeclaredError) body.error.name = error.type;
  if (error.details !== null) body.error.details = error.details;
  if (error.instanceId !== null) body.error.instance = error.instanceId.toString();
  const stack = error.remoteStack ?? (error.cause instanceof Error ? error.cause.stack : undefined);
  if (stack !== undefined && process.env["NODE_ENV"] !== "production") body.error.stack = stack;
  return body;
}

/** A whole response for an error, with its status. */
export function errorResponse(thrown: unknown, headers: Record<string, string> = {}): Response {
  const error = toStatorError(thrown);
  return new Response(`${stringifyJson(errorBody(error))}\n`, {
    status: error.httpStatus,
    headers: { "content-type": "application/json", ...headers },
  });
}

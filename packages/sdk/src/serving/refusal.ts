import { StatorError } from "@stator/runtime-native";

/**
 * Whether a call was refused before anything of it ran. The endpoint stands in the details, so that a service which passes
 * on what another one told it is not taken for one that refused.
 */
export function isRefusalOf(error: unknown, endpoint: string): boolean {
  if (!(error instanceof StatorError) || error.code !== "overloaded") return false;
  const { details } = error;
  return typeof details === "object" && details !== null && "refused" in details && details.refused === endpoint;
}

/** What a method threw, which has run: a call of the same endpoint that it made may have been refused, but not this one. */
export function notRefused(error: unknown, endpoint: string): unknown {
  if (!isRefusalOf(error, endpoint)) return error;
  const { message, instanceId } = error as StatorError;
  return new StatorError("overloaded", message, { cause: error, instanceId });
}

import { DeclaredError } from "./declared-error.ts";
import { ERROR_CODES, type ErrorCode } from "./error-codes.ts";
import { StatorError, type WireError } from "./stator-error.ts";

/** The error that a peer, or the addon, wrote as JSON. A code that this version does not know reads as `internal`. */
export function errorFromWire(wire: WireError): StatorError {
  const { code, message, details = null, name = null, status, stack = null, instance } = wire;
  const options = { instanceId: instanceOf(instance), remoteStack: stack, httpStatus: status ?? undefined };
  if (code === "declared") {
    return new DeclaredError(name ?? "", details, null, message, options);
  }
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "internal";
  return new StatorError(known, message, { ...options, details, remoteName: name });
}

/** The instance that an error names; null for none, and for what a strange peer may have written there. */
function instanceOf(decimal: string | null | undefined): bigint | null {
  return typeof decimal === "string" && /^\d{1,20}$/.test(decimal) ? BigInt(decimal) : null;
}

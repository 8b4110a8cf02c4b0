import type { BindingErrorCode } from "../generated/index.ts";

/** A table that does not compile when a code is missing or one too many. */
const codes: Record<BindingErrorCode, true> = {
  invalid_argument: true,
  invalid_result: true,
  internal: true,
  poisoned: true,
  closed: true,
  busy: true,
  cancelled: true,
  overloaded: true,
  failed: true,
  declared: true,
  callback_failed: true,
  addon_missing: true,
  version_mismatch: true,
};

export const bindingErrorCodes = Object.keys(codes) as BindingErrorCode[];

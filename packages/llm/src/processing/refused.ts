import type { DeclaredError } from "@stator/sdk";

import type { RequestRefused } from "../generated/index.ts";
import { RequestRefusedError } from "./request-refused.ts";

/** A request that is wrong: 400, with the field. */
export function badRequest(
  message: string,
  param: string | null,
  code: string | null = null,
): DeclaredError<RequestRefused> {
  return refused(400, message, param, code);
}

/** Nobody serves that model: 404. */
export function modelNotFound(model: string): DeclaredError<RequestRefused> {
  return refused(404, `The model ${JSON.stringify(model)} is not served here.`, "model", "model_not_found");
}

/** A request that cannot be answered, with the status of its HTTP answer. */
export function refused(
  status: number,
  message: string,
  param: string | null,
  code: string | null,
): DeclaredError<RequestRefused> {
  return RequestRefusedError.error({ status, error: { message, type: "invalid_request_error", param, code } });
}

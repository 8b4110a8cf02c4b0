import { declareError } from "@stator/sdk";

import { RequestRefused } from "../generated/index.ts";

/** What processors throw for a request that cannot be answered: `throw RequestRefusedError.error({ status, error })`. */
export const RequestRefusedError = declareError("RequestRefused", RequestRefused, ({ status, error }) => ({
  message: error.message,
  httpStatus: status,
}));

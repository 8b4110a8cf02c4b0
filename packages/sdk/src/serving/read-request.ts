import { type Context, type EndpointContract, StatorError } from "@stator/runtime-native";
import type { StandardSchemaV1 } from "@standard-schema/spec";

import { validate } from "../schema/validate.ts";

/**
 * The request as the schema gives it back. When it does not fit, and the caller was built with another contract, the
 * error says so: that is the likely reason.
 */
export function readRequest(
  schema: StandardSchemaV1,
  request: unknown,
  context: Context,
  contract: EndpointContract | null,
): unknown {
  try {
    const checked = validate(schema, request, "invalid_request", context.endpoint);
    return checked instanceof Promise ? checked.catch((error: unknown) => fail(error, context, contract)) : checked;
  } catch (error) {
    return fail(error, context, contract);
  }
}

function fail(error: unknown, { callerContract }: Context, contract: EndpointContract | null): never {
  const isOther = callerContract !== null && contract !== null && !contract.hash.startsWith(callerContract);
  if (!isOther || !(error instanceof StatorError)) throw error;
  const [theirs, ours] = [callerContract.slice(0, 8), contract.hash.slice(0, 8)];
  throw new StatorError(
    error.code,
    `${error.message} (the caller was built with another contract, ${theirs}, than this service, ${ours})`,
    { cause: error, details: error.details },
  );
}

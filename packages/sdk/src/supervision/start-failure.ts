import { StatorError } from "@stator/runtime-native";

/** Why a start failed: our own errors say it in a sentence, those of the user's code need their stack. */
export function startFailure(error: unknown): string {
  return error instanceof StatorError ? `${error.code}: ${error.message}` : Bun.inspect(error);
}

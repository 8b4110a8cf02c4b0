import { StatorError } from "@stator/runtime-native";

/** What a decorator, an option or a name throws when it cannot be accepted. */
export function invalidArgument(message: string): StatorError {
  return new StatorError("invalid_argument", message);
}

import { StatorError } from "@stator/runtime-native";

/** A configuration that cannot be used: where it was written comes first. Exit code 2 on the command line. */
export class ConfigurationError extends StatorError {
  constructor(where: string, message: string) {
    super("invalid_argument", `${where}: ${message}`);
  }
}

/** Several as one, each on a line of its own. */
export function joinErrors(errors: readonly ConfigurationError[]): ConfigurationError | null {
  const [first, ...rest] = errors;
  if (first === undefined || rest.length === 0) return first ?? null;
  const joined = new ConfigurationError("", "");
  joined.message = errors.map((error) => error.message).join("\n");
  return joined;
}

/** The same, for those who throw it. */
export function configurationError(where: string, message: string): ConfigurationError {
  return new ConfigurationError(where, message);
}

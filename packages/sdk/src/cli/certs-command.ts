import { StatorError } from "@stator/runtime-native";

import { readCertsArguments } from "./certs-arguments.ts";
import { CERTS_HELP } from "./help.ts";
import { UsageError } from "./usage-error.ts";

/** `stator certs`. Gives the exit code. */
export async function certsCommand(argv: readonly string[]): Promise<number> {
  const { help, ...options } = readCertsArguments(argv);
  if (help) {
    process.stdout.write(CERTS_HELP);
    return 0;
  }
  // Loads the addon, which other commands do without.
  const { makeCertificates } = await import("@stator/runtime-native");
  try {
    const files = makeCertificates(options);
    process.stdout.write(`${files.join("\n")}\n`);
  } catch (error) {
    if (!(error instanceof StatorError)) throw error;
    if (error.code === "invalid_argument") throw new UsageError(error.message);
    process.stderr.write(`stator: ${error.message}\n`);
    return 1;
  }
  process.stderr.write(`Use them with STATOR_SECURITY=${options.folder}, on every process of the cluster.\n`);
  return 0;
}

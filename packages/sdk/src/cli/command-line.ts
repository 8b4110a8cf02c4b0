import { StatorError } from "@stator/runtime-native";

import { startFailure } from "../supervision/start-failure.ts";
import { CommandFailure } from "./command-failure.ts";
import type { OwnProgram } from "./command-source.ts";
import { runProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";

/** Runs the command line of this process and ends it, unless services go on in it. */
export async function runCommandLine(argv: readonly string[], own: OwnProgram | null = null): Promise<void> {
  try {
    const code = await runProgram(argv, own);
    if (code !== null) process.exit(code);
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof StatorError && error.code === "invalid_argument");
    const isTold = isUsage || error instanceof CommandFailure;
    process.stderr.write(`${own?.name ?? "stator"}: ${isTold ? error.message : startFailure(error)}\n`);
    process.exit(isUsage ? 2 : 1);
  }
}

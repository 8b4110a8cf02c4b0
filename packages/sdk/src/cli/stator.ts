#!/usr/bin/env bun
import { StatorError } from "@stator/runtime-native";

import { startFailure } from "../supervision/start-failure.ts";
import { CommandFailure } from "./command-failure.ts";
import { runProgram } from "./program.ts";
import { UsageError } from "./usage-error.ts";

try {
  const code = await runProgram(process.argv.slice(2));
  if (code !== null) process.exit(code);
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof StatorError && error.code === "invalid_argument");
  const isTold = isUsage || error instanceof CommandFailure;
  process.stderr.write(`stator: ${isTold ? error.message : startFailure(error)}\n`);
  process.exit(isUsage ? 2 : 1);
}

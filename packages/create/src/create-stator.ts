#!/usr/bin/env bun
import { runCreate } from "./run-create.ts";
import { UsageError } from "./usage-error.ts";

try {
  process.exitCode = runCreate(process.argv.slice(2));
} catch (error) {
  // A folder that cannot be written needs no stack.
  const isSystem = error instanceof Error && "syscall" in error;
  if (!(error instanceof UsageError || isSystem)) throw error;
  process.stderr.write(`create-stator: ${error.message}\n`);
  process.exitCode = isSystem ? 1 : 2;
}

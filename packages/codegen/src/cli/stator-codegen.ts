#!/usr/bin/env bun
import { readConfig } from "../config/config.ts";
import { GenerationError } from "../generation-error.ts";
import { parseArguments, UsageError } from "./arguments.ts";
import { generateOutputs } from "./generate-outputs.ts";
import { help } from "./help.ts";

async function main(): Promise<number> {
  const parsed = parseArguments(process.argv.slice(2));
  if (parsed.help) {
    console.log(help);
    return 0;
  }
  const clean = await generateOutputs(readConfig(parsed.config), parsed, (text) => console.log(text));
  return clean ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nstator-codegen --help says how it is used.`);
    process.exitCode = 2;
  } else if (error instanceof GenerationError) {
    for (const problem of error.problems) console.error(problem);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

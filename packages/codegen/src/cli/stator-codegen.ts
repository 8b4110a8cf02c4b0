#!/usr/bin/env bun
import { readConfig } from "../config/config.ts";
import { ContractError } from "@stator/contract";
import { parseArguments, parseConfigPath, UsageError } from "./arguments.ts";
import { buildAddons } from "./build-addons.ts";
import { diff } from "./diff.ts";
import { generateOutputs } from "./generate-outputs.ts";
import { help } from "./help.ts";
import { watchOutputs } from "./watch.ts";

const commands = ["diff", "build-addon"];

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(2);
  if (command === "diff" && !rest.includes("--help")) return diff(rest, (text) => console.log(text)) ? 0 : 1;
  if (command === "build-addon" && !rest.includes("--help")) {
    await buildAddons(readConfig(parseConfigPath(rest)), (text) => console.log(text));
    return 0;
  }
  const parsed = parseArguments(process.argv.slice(2).filter((word) => !commands.includes(word)));
  if (parsed.help) {
    console.log(help);
    return 0;
  }
  if (parsed.watch) return await watchOutputs(readConfig(parsed.config), parsed, (text) => console.log(text));
  const clean = await generateOutputs(readConfig(parsed.config), parsed, (text) => console.log(text));
  return clean ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nstator-codegen --help says how it is used.`);
    process.exitCode = 2;
  } else if (error instanceof ContractError) {
    for (const problem of error.problems) console.error(problem);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

#!/usr/bin/env bun
import { readConfig } from "../config/config.ts";
import { ContractError } from "@stator/contract";
import { parseArguments, UsageError } from "./arguments.ts";
import { buildAddons } from "./build-addons.ts";
import { diff } from "./diff.ts";
import { checkExports } from "./exports.ts";
import { generateOutputs } from "./generate-outputs.ts";
import { help } from "./help.ts";
import { watchOutputs } from "./watch.ts";

const print = (text: string): void => console.log(text);
const commands = ["diff", "build-addon", "exports"];

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(2);
  if (!rest.includes("--help")) {
    if (command === "diff") return diff(rest, print) ? 0 : 1;
    if (command === "exports") return checkExports(rest, print) ? 0 : 1;
    if (command === "build-addon") {
      await buildAddons(rest, print);
      return 0;
    }
  }
  const parsed = parseArguments(process.argv.slice(2).filter((word) => !commands.includes(word)));
  if (parsed.help) {
    console.log(help);
    return 0;
  }
  if (parsed.watch) return await watchOutputs(readConfig(parsed.config), parsed, print);
  const clean = await generateOutputs(readConfig(parsed.config), parsed, print);
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

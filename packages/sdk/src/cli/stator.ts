#!/usr/bin/env bun
import { suggestion } from "../definition/nearest-name.ts";
import manifest from "../../package.json" with { type: "json" };
import { certsCommand } from "./certs-command.ts";
import { HELP } from "./help.ts";
import { serveCommand } from "./serve-command.ts";
import { UsageError } from "./usage-error.ts";

try {
  const code = await main(process.argv.slice(2));
  if (code !== null) process.exit(code);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`stator: ${error.message}\n`);
  process.exit(2);
}

async function main([command, ...rest]: string[]): Promise<number | null> {
  switch (command) {
    case "serve":
      return serveCommand(rest);
    case "certs":
      return certsCommand(rest);
    case "--version":
    case "-v":
      process.stdout.write(`${manifest.version}\n`);
      return 0;
    case undefined:
    case "--help":
    case "-h":
    case "help":
      process.stdout.write(HELP);
      return command === undefined ? 2 : 0;
    default: {
      const known = command.startsWith("-") ? ["--help", "--version"] : ["serve", "certs"];
      throw new UsageError(
        `Unknown ${command.startsWith("-") ? "option" : "command"} ${command}; ${suggestion(command, known)}`,
      );
    }
  }
}

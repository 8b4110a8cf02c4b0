import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";

import manifest from "../package.json" with { type: "json" };
import { makeApp } from "./make-app.ts";
import { UsageError } from "./usage-error.ts";

const HELP = `Makes a new application of typed services.

Usage: bun create @stator [folder] [options]

The folder is new or empty, and gives the application its name. On a terminal, what is left out is asked for.

Options:
  --contract     takes the messages from a contract crate in Rust, instead of schemas in TypeScript
  -h, --help     this text
  -v, --version  the version

Exit code 2 means that what was asked for cannot be done.
`;

/** Runs the command line. Gives the exit code. */
export function runCreate(argv: readonly string[]): number {
  const { values, positionals } = parsed(argv);
  if (values.help === true || values.version === true) {
    process.stdout.write(values.help === true ? HELP : `${manifest.version}\n`);
    return 0;
  }
  const [given, surplus] = positionals;
  if (surplus !== undefined) throw new UsageError(`One folder at a time: "${surplus}" is too many.`);
  const answers = given === undefined ? asked(values.contract) : { folder: given, contract: values.contract === true };
  const folder = resolve(answers.folder);
  const name = makeApp({ folder, contract: answers.contract });
  process.stdout.write(nextSteps(name, folder, answers.contract));
  return 0;
}

interface Flags {
  readonly contract?: boolean;
  readonly help?: boolean;
  readonly version?: boolean;
}

function parsed(argv: readonly string[]): { values: Flags; positionals: string[] } {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        contract: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n--help lists the options.`);
  }
}

/** Asks people. A program that says nothing is told what to say. */
function asked(contract: boolean | undefined): { folder: string; contract: boolean } {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError("Name the folder: bun create @stator my-app. --help lists the options.");
  }
  const folder = prompt("Folder of the new application:", "my-app");
  if (folder === null || folder.trim() === "") throw new UsageError("Nothing was made.");
  return {
    folder: folder.trim(),
    contract: contract ?? confirm("Messages from a contract crate in Rust?"),
  };
}

function nextSteps(name: string, folder: string, contract: boolean): string {
  const path = relative(process.cwd(), folder);
  const steps = [
    ...(path === "" ? [] : [`cd ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`}`]),
    "bun install",
    "bun run dev      # serves on http://127.0.0.1:8000, and follows changes",
    "bun run test",
    ...(contract ? ["bun run codegen  # after a change of the contract; needs Rust"] : []),
  ];
  return `Made ${name} in ${folder}.\n\n${steps.map((step) => `  ${step}\n`).join("")}\nREADME.md says the rest.\n`;
}

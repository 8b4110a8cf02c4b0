import { Command, CommanderError } from "commander";

import { SETTINGS } from "../configuration/service-settings.ts";
import { suggestion } from "../definition/nearest-name.ts";
import manifest from "../../package.json" with { type: "json" };
import { type CliCommand, commanderCommand, type CommandEnd } from "./cli-command.ts";
import type { OwnProgram } from "./command-source.ts";
import { commandsFor } from "./commands.ts";
import { splitServiceOptions } from "./service-options.ts";
import { UsageError } from "./usage-error.ts";

/** Options that are about the program and no command's. */
const ABOUT_PROGRAM = new Set(["-h", "--help", "-v", "--version"]);

/**
 * Runs a command line. Gives the exit code; null while services run in this process. A program that carries its graph
 * serves it unless it is told something else.
 */
export async function runProgram(given: readonly string[], own: OwnProgram | null = null): Promise<CommandEnd> {
  const argv = own === null ? given : withCommand(given);
  const command = commandOf(argv, own);
  const { rest, services } =
    command?.takesServiceOptions === true ? splitServiceOptions(argv) : { rest: argv, services: [] };
  let end: CommandEnd = 0;
  const program = makeProgram(services, own, (ended) => {
    end = ended;
  });
  if (argv.length === 0) {
    program.outputHelp();
    return 2;
  }
  try {
    await program.parseAsync(rest, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw new UsageError(usageText(error, program, argv, own));
  }
  return end;
}

/** `hello --port 0` is `hello serve --port 0`. */
function withCommand(argv: readonly string[]): readonly string[] {
  const [first = "--"] = argv;
  return first.startsWith("-") && !ABOUT_PROGRAM.has(first) ? ["serve", ...argv] : argv;
}

function makeProgram(
  services: Parameters<typeof commanderCommand>[1],
  own: OwnProgram | null,
  end: (end: CommandEnd) => void,
): Command {
  const name = own?.name ?? "stator";
  const program = new Command(name);
  program
    .description(
      own === null
        ? "Typed services, on one process or on many."
        : "Services, on one process or on many. Without a command it serves them.",
    )
    .version(own?.version ?? manifest.version, "-v, --version", "the version")
    .helpOption("-h, --help", "this text")
    .helpCommand("help [command]", "the help of a command")
    .addHelpText(
      "after",
      (own === null ? "\nBegin with: stator serve app.ts#Frontend" : "") +
        `\n"${name} <command> --help" lists the options of a command. Exit code 2 means wrong usage.`,
    );
  const groups = new Map<string, Command>();
  for (const command of commandsFor(own)) {
    const made = commanderCommand(command, services, own, end);
    if (command.below === undefined) {
      program.addCommand(made);
      continue;
    }
    const group = groups.get(command.below) ?? new Command(command.below).summary("shows the configuration of a graph");
    group.helpOption("-h, --help", "this text").helpCommand(false);
    if (!groups.has(command.below)) program.addCommand(group);
    groups.set(command.below, group.addCommand(made));
  }
  quiet(program);
  return program;
}

/** Errors are thrown, and written once, by us. */
function quiet(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stdout.write(text), outputError: () => undefined });
  for (const each of command.commands) quiet(each);
}

function commandOf(argv: readonly string[], own: OwnProgram | null): CliCommand | undefined {
  const [first, second] = argv.filter((each) => !each.startsWith("-"));
  return commandsFor(own).find(({ usage, below }) => {
    const name = usage.split(" ")[0];
    return below === undefined ? name === first : below === first && name === second;
  });
}

function usageText(error: CommanderError, program: Command, argv: readonly string[], own: OwnProgram | null): string {
  const [, said = ""] = /'([^']*)'/.exec(error.message) ?? [];
  // Of `--prot=1` the value is nobody's mistake.
  const name = error.code === "commander.unknownOption" ? (said.split("=")[0] ?? "") : said;
  const group = program.commands.find((each) => each.name() === argv[0]);
  const at = commandAt(program, argv);
  if (error.code === "commander.unknownOption") {
    const known = at.options.flatMap(({ long }) => long ?? []);
    const setting = SETTINGS.find((each) => name === `--${each}`);
    if (setting !== undefined && commandOf(argv, own)?.takesServiceOptions === true) {
      return `Unknown option ${name}; that of a service is written --<Service>.${setting}=<value>.`;
    }
    return `Unknown option ${name}; ${suggestion(name, [...known, "--help"])}`;
  }
  if (error.code === "commander.unknownCommand" || (group === undefined && error.code === "commander.help")) {
    return `Unknown command ${name}; ${suggestion(
      name,
      at.commands.map((each) => each.name()),
    )}`;
  }
  if (error.code === "commander.help") {
    return `Say what: ${at.commands.map(pathOf).join(", ")}.`;
  }
  if (error.code === "commander.optionMissingArgument")
    return `${name.replace(/^-\w, /, "").split(" ")[0] ?? ""} needs a value.`;
  if (error.code === "commander.missingArgument") return `<${name}> is missing: ${pathOf(at)} ${at.usage()}.`;
  if (error.code === "commander.excessArguments") return `Too many arguments: ${pathOf(at)} ${at.usage()}.`;
  const text = error.message.replace(/^error: /, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function commandAt(program: Command, argv: readonly string[]): Command {
  let at = program;
  for (const each of argv) {
    const next = at.commands.find((command) => command.name() === each);
    if (next === undefined) break;
    at = next;
  }
  return at;
}

/** With the program and all between: `stator config explain`. */
function pathOf(command: Command): string {
  const above = command.parent;
  return above === null ? command.name() : `${pathOf(above)} ${command.name()}`;
}

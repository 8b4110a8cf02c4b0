import { Command, Option } from "commander";

import type { ServiceOption } from "../configuration/command-line-entries.ts";
import type { OwnProgram } from "./command-source.ts";
import { asText, once, oneOf, several, whole } from "./option-values.ts";

/** How a command ends: with an exit code, or null while something goes on in this process. */
export type CommandEnd = number | null;

/** What a command is given. */
export interface CommandCall<Options> {
  readonly positionals: readonly string[];
  readonly options: Options;
  /** `--Worker.maxTokens=5`, where the command takes such. */
  readonly services: readonly ServiceOption[];
  /** The program, if it carries the graph that the command is about: then nobody names one. */
  readonly own: OwnProgram | null;
}

/** One command of `stator`. */
export interface CliCommand<Options = Record<string, unknown>> {
  /**
   * With its parameters, as commander has them: `scale <service> <workers>`. What is called `target` falls away in a program
   * that carries its graph.
   */
  readonly usage: string;
  /** Of the command that it stands below: `config`. */
  readonly below?: string;
  readonly summary: string;
  readonly options: readonly Option[];
  /** Whether it takes `--<Service>.<setting>=<value>`. */
  readonly takesServiceOptions: boolean;
  /** Says what the target is: stands in the help before `more`, unless the program carries its graph. */
  readonly aboutTarget?: string;
  /** Stands below the options in the help. */
  readonly more: string;
  run(call: CommandCall<Options>): Promise<CommandEnd>;
}

/** An option without a value. */
export function flag(name: string, text: string): Option {
  return new Option(name, text);
}

/** An option with a text. */
export function textOption(name: string, text: string): Option {
  return new Option(name, text).argParser(once(flagOf(name), asText));
}

/** An option that may stand several times. */
export function listOption(name: string, text: string): Option {
  return new Option(name, text).argParser(several(flagOf(name)));
}

/** An option with one of a few words. */
export function choiceOption(name: string, text: string, words: readonly string[]): Option {
  return new Option(name, text).argParser(once(flagOf(name), oneOf(flagOf(name), words)));
}

/** An option with a whole number. */
export function numberOption(name: string, text: string, min: number, max: number): Option {
  return new Option(name, text).argParser(once(flagOf(name), whole(flagOf(name), min, max)));
}

/** The options that say where a configuration comes from. */
export const CONFIGURATION_OPTIONS = (): Option[] => [
  listOption(
    "-f, --config-file <path>",
    "configuration in YAML or JSON; may be given several times, the last one wins",
  ),
  listOption("--profile <name>", "profile of the configuration file; may be given several times"),
];

export const JSON_OPTION = (): Option => flag("--json", "prints JSON, for programs");

/** The options that say which of several running graphs is meant. */
export const GRAPH_OPTION = (): Option =>
  textOption("--graph <graph>", "process id, name or target of the graph, where several run");

/** The options that say where services are found. */
export const DISCOVERY_OPTIONS = (): Option[] => [
  choiceOption(
    "--discovery <back end>",
    "file, memory or etcd (environment DYN_DISCOVERY_BACKEND; etcd if ETCD_ENDPOINTS is set)",
    ["file", "memory", "mem", "etcd"],
  ),
  textOption("--file-path <folder>", "folder of file discovery (environment DYN_FILE_KV)"),
];

/** A command for commander; `end` hears how it ended. */
export function commanderCommand(
  command: CliCommand,
  services: readonly ServiceOption[],
  own: OwnProgram | null,
  end: (end: CommandEnd) => void,
): Command {
  const made = new Command(command.usage.split(" ")[0]);
  made.summary(command.summary).description(command.summary).helpOption("-h, --help", "this text");
  for (const parameter of command.usage.split(" ").slice(1)) {
    if (own === null || !/^[<[]target[>\]]$/.test(parameter)) made.argument(parameter);
  }
  for (const option of command.options) made.addOption(option);
  if (command.takesServiceOptions) made.usage(`${made.usage()} [--<Service>.<setting>=<value>...]`);
  const more = [own === null ? (command.aboutTarget ?? "") : "", command.more].filter((text) => text !== "");
  if (more.length > 0) made.addHelpText("after", `\n${more.join("\n")}`);
  made.action(async () => {
    end(await command.run({ positionals: made.args, options: made.opts(), services, own }));
  });
  return made;
}

function flagOf(name: string): string {
  return name.split(/[ ,]+/).find((each) => each.startsWith("--")) ?? name;
}

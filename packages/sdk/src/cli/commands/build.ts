import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { DistributedRuntime } from "@stator/runtime-native";

import { buildProgram } from "../../build/build-program.ts";
import { ConfigurationLayers } from "../../configuration/configuration-layers.ts";
import { kebabCase } from "../../definition/names.ts";
import { exportedGraph } from "../../graph/load-graph.ts";
import { type CliCommand, flag, JSON_OPTION, textOption } from "../cli-command.ts";
import { printJson, printLines } from "../command-output.ts";
import { UsageError } from "../usage-error.ts";

interface BuildOptions {
  readonly outfile?: string;
  readonly minify?: true;
  readonly json?: true;
}

/** `stator build` */
export const buildCommand: CliCommand<BuildOptions> = {
  usage: "build <target>",
  summary: "makes one executable file of a graph, which needs neither Bun nor packages",
  options: [
    textOption("--outfile <path>", "where to write it (default: the name of the graph, in this folder)"),
    flag("--minify", "makes the code shorter; services and endpoints keep their names"),
    JSON_OPTION(),
  ],
  takesServiceOptions: false,
  aboutTarget: "<target> is <file>#<Name>, as for stator serve.",
  more: `The file holds Bun, the addon of this platform, the services and what they import; it runs on machines of this kind.
It serves as stator serve does, one process for each worker: the same file, started again. It takes the options and
commands of stator, without a target. The classes are constructed once to see that the graph is in order.`,
  async run({ positionals: [target = ""], options }) {
    const exported = await exportedGraph(target);
    // What is wrong with the graph shows now; configuration is a matter of where it runs.
    exported.graph.nodes(new ConfigurationLayers().for({ describesOnly: true }));
    // A file that was built without the addon of this platform would not run: this loads it.
    await (await DistributedRuntime.create({ discovery: "memory" })).shutdown();
    const outfile = checkPath(resolve(options.outfile ?? kebabCase(exported.name)));
    const bytes = await buildProgram({ exported, outfile, minify: options.minify === true });
    if (options.json === true) printJson({ outfile, bytes });
    else printLines([`${outfile}  ${(bytes / 1e6).toFixed(1)} MB`]);
    return 0;
  },
};

/** Makes the folder where there is none. */
function checkPath(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw new UsageError(`--outfile: ${dirname(path)} cannot be made: ${(error as Error).message}`, { cause: error });
  }
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== false) return path;
  throw new UsageError(`--outfile: ${path} is no file.`);
}

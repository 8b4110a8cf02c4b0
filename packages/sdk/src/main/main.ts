import { basename, parse } from "node:path";

import manifest from "../../package.json" with { type: "json" };
import { runCommandLine } from "../cli/command-line.ts";
import { checkOptions } from "../definition/check-options.ts";
import type { Graph } from "../graph/graph.ts";
import type { GraphSource } from "../graph/graph-source.ts";
import type { Linkable } from "../graph/graph-types.ts";
import { asGraph } from "../graph/load-graph.ts";
import { runChild } from "../supervisor/run-child.ts";

/** What `main` runs: a graph, or a service with all that it depends on; or a function that gives one. */
export type MainGraph = Linkable | Graph | (() => Linkable | Graph | Promise<Linkable | Graph>);

/** What `main` takes. */
export interface MainOptions {
  /** What the program is called in its help and in `stator ps`. Default: the name of its file. */
  readonly name?: string;
  /** What `--version` prints. Default: the version of `@stator/sdk`. */
  readonly version?: string;
}

/** Stands before the task where a program starts itself again for one of its services. */
const CHILD = "--stator-child";

/**
 * Makes this program the command line of its own graph: `await main(() => Frontend)`. It has the commands of `stator`, which need
 * no target here, and without a command it serves. Each service runs in a process of its own: the same program, started
 * again. `bun build --compile` makes one file of it.
 *
 * A function is called only in the processes that need the graph. One that imports the services, such as
 * `async () => (await import("./frontend.ts")).Frontend`, keeps their code out of the process that supervises the others.
 *
 * Resolves only while services run in this process; else it ends it, as `stator` does.
 */
export async function main(graph: MainGraph, options: MainOptions = {}): Promise<void> {
  checkOptions("main", options, ["name", "version"]);
  const { name = programName(), version = manifest.version } = options;
  const load = async (): Promise<Graph> => asGraph(isLazy(graph) ? await graph() : graph, "main: what it was given");
  const [first, task] = process.argv.slice(2);
  if (first === CHILD) return runChild(task, load);
  const child = [process.execPath, ...(Bun.isStandaloneExecutable ? [] : [Bun.main]), CHILD];
  const source: GraphSource = { target: name, child, load };
  return runCommandLine(process.argv.slice(2), { name, version, source });
}

function programName(): string {
  return Bun.isStandaloneExecutable ? basename(process.execPath) : parse(Bun.main).name;
}

/** Classes have a prototype; arrow functions have none. */
function isLazy(graph: MainGraph): graph is Exclude<MainGraph, Linkable | Graph> {
  return typeof graph === "function" && !Object.hasOwn(graph, "prototype");
}

import { readdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { isCommandService } from "../definition/command-service.ts";
import { invalidArgument } from "../definition/invalid-argument.ts";
import { suggestion } from "../definition/nearest-name.ts";
import { definitionOf } from "../definition/service-definition.ts";
import { graph, type Graph, isGraph } from "./graph.ts";
import type { Linkable } from "./graph-types.ts";

const WHAT = "a service is a class with @service, or what commandService() gives; a graph is what graph() gives.";

/** A graph, and where it was found. */
export interface ExportedGraph {
  /** The absolute path of the file. */
  readonly file: string;
  /** The name that the file exports it under. */
  readonly name: string;
  readonly graph: Graph;
}

/** The graph that `<file>#<Name>` names, as `exportedGraph` finds it. */
export async function loadGraph(target: string, folder: string = process.cwd()): Promise<Graph> {
  return (await exportedGraph(target, folder)).graph;
}

/**
 * The graph that `<file>#<Name>` names: a graph, or a service with all that it depends on. `#<Name>` may be left out where
 * the file exports one graph, or no graph and one service.
 *
 * Says what there is instead when the file, the export or the decorator is missing.
 */
export async function exportedGraph(target: string, folder: string = process.cwd()): Promise<ExportedGraph> {
  const hash = target.lastIndexOf("#");
  const file = resolve(folder, hash === -1 ? target : target.slice(0, hash));
  const name = hash === -1 ? "" : target.slice(hash + 1);
  checkFile(file);
  const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const services = Object.keys(exported).filter((each) => isService(exported[each]) || isGraph(exported[each]));
  if (name === "") {
    const graphs = services.filter((each) => isGraph(exported[each]));
    const [only] = graphs.length > 0 ? graphs : services;
    if ((graphs.length === 1 || services.length === 1) && only !== undefined) {
      return { file, name: only, graph: asGraph(exported[only], only) };
    }
    if (services.length === 0) throw invalidArgument(`${file} exports no service; ${WHAT}`);
    const [what, names] = graphs.length > 0 ? ["graphs", graphs] : ["services", services];
    throw invalidArgument(
      `${file} exports ${names.length} ${what}; say which: ${names.map((each) => `#${each}`).join(", ")}.`,
    );
  }
  if (!Object.hasOwn(exported, name)) {
    throw invalidArgument(`${file} exports no "${name}"; ${suggestion(name, services)}`);
  }
  return { file, name, graph: asGraph(exported[name], `"${name}" of ${file}`) };
}

/** A graph as it is; a service with all that it depends on. `what` is its name in the message that it is neither. */
export function asGraph(value: unknown, what: string): Graph {
  if (isGraph(value)) return value;
  if (isService(value)) return graph(value as Linkable);
  throw invalidArgument(`${what} is not a service; ${WHAT}`);
}

function isService(value: unknown): boolean {
  return isCommandService(value) || definitionOf(value) !== null;
}

function checkFile(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return;
  if (stats !== undefined) throw invalidArgument(`${file} is not a file.`);
  const folder = dirname(file);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw invalidArgument(`There is no folder ${folder}.`);
  }
  const sources = readdirSync(folder).filter((each) => /\.[cm]?[jt]sx?$/.test(each));
  const hint = sources.length === 0 ? "its folder has no programs." : suggestion(basename(file), sources);
  throw invalidArgument(`There is no file ${file}; ${hint}`);
}

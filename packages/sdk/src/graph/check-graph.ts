import { ConfigurationError } from "../configuration/configuration-error.ts";
import { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { type ConfigurationSources, loadLayers } from "../configuration/load-layers.ts";
import { checkOptions } from "../definition/check-options.ts";
import { findGpus, type GpuInventory } from "../resources/gpu-inventory.ts";
import { memoryShortage } from "../resources/memory-shortage.ts";
import { GpuPool } from "../resources/gpu-pool.ts";
import { eagerCycles } from "./eager-cycles.ts";
import type { GraphProblem } from "./graph-problem.ts";
import { type GraphNode, type GraphParts, walkGraph } from "./service-graph.ts";

/** What a graph is checked against. */
export interface GraphCheckOptions {
  /** The GPUs that there are. Default: those of this machine. */
  gpus?: GpuInventory;
  /** Configuration files, the weakest first. Default: none. */
  files?: readonly string[];
  /** Profiles of the files. Default: none. */
  profiles?: readonly string[];
  /** @internal What has been read already, in place of files. */
  layers?: ConfigurationLayers;
}

/** Finds everything that is wrong with a graph. */
export function checkGraph(parts: GraphParts, options: GraphCheckOptions = {}): GraphProblem[] {
  checkOptions("check", options, ["gpus", "files", "profiles", "layers"]);
  const { gpus, files = [], profiles = [] } = options;
  try {
    const layers =
      options.layers ?? (files.length === 0 ? new ConfigurationLayers() : load({ files, profiles, options: [] }));
    const { nodes, linking } = walkGraph(parts, layers);
    layers.check(nodes.map(({ definition }) => definition));
    return [...linking.problems(nodes), ...eagerCycles(nodes), ...portClashes(nodes), ...overCommitted(nodes, gpus)];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const kind = error instanceof ConfigurationError ? "configuration" : "duplicate";
    return [{ kind, where: "graph", message: error.message }];
  }
}

function load(sources: ConfigurationSources): ConfigurationLayers {
  return loadLayers(sources, {});
}

function overCommitted(nodes: readonly GraphNode[], inventory: GpuInventory | undefined): GraphProblem[] {
  const all = nodes.map(({ definition: { className, workers, resources } }) => ({
    className,
    workers: workers === "auto" ? 1 : workers,
    ...resources,
  }));
  const shortage = memoryShortage(all);
  const memory: GraphProblem[] =
    shortage === null ? [] : [{ kind: "over-committed", where: "memory", message: shortage }];
  return [...memory, ...gpuShortages(all, inventory)];
}

interface GpuNeed {
  readonly className: string;
  readonly workers: number;
  readonly gpu: number;
}

function gpuShortages(all: readonly GpuNeed[], inventory: GpuInventory | undefined): GraphProblem[] {
  const needs = all.filter(({ gpu }) => gpu > 0);
  if (needs.length === 0) return [];
  const pool = new GpuPool(inventory ?? findGpus());
  const found = needs.flatMap(({ className, gpu, workers }): GraphProblem[] => {
    const placed = Array.from({ length: workers }, () => pool.take(gpu)).filter((taken) => taken !== null).length;
    if (placed === workers) return [];
    const message = `${className}: ${workers} x ${gpu} GPU are wanted, and ${pool.text} there: ${placed} of ${workers} workers get theirs.`;
    return [{ kind: "over-committed", where: className, message }];
  });
  return found;
}

function portClashes(nodes: readonly GraphNode[]): GraphProblem[] {
  const ports = new Map<number, string>();
  return nodes.flatMap(({ definition, configured }): GraphProblem[] => {
    const { port } = configured.settings;
    const other = port === undefined || port === 0 ? undefined : ports.get(port);
    if (port !== undefined) ports.set(port, definition.className);
    if (other === undefined) return [];
    const message = `${other} and ${definition.className} both have port ${port ?? 0}; give one another.`;
    return [{ kind: "port-clash", where: definition.className, message }];
  });
}

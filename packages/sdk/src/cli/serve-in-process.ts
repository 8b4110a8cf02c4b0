import { StatorError } from "@stator/runtime-native";

import type { ConfigurationLayers } from "../configuration/configuration-layers.ts";
import { ConfigurationError } from "../configuration/configuration-error.ts";
import { loadLayers } from "../configuration/load-layers.ts";
import type { GraphSource } from "../graph/graph-source.ts";
import { type GraphNode, requireClasses } from "../graph/service-graph.ts";
import { serveNodes } from "../serving/serve.ts";
import { startFailure } from "../supervision/start-failure.ts";
import { describeGraph } from "../supervisor/describe-graph.ts";
import { planWorkers } from "../supervisor/worker-plan.ts";
import type { ServeRequest } from "./serve-options.ts";
import { UsageError } from "./usage-error.ts";

/** Runs the graph in this process, until a signal ends it. Gives an exit code when it could not start. */
export async function serveInProcess(source: GraphSource, request: ServeRequest): Promise<number | null> {
  try {
    const layers = loadLayers(request.sources, process.env).for({ environment: process.env });
    const graph = await load(source, layers);
    for (const warning of layers.check(graph.map(({ definition }) => definition))) warn(warning);
    const described = describeGraph(graph);
    for (const { className, workers } of described) {
      if (workers !== 1) warn(`${className} has one worker, not ${workers}, in one process.`);
    }
    // One process has the GPUs that it sees.
    const alone = described.map((each) => ({ ...each, workers: 1, resources: { ...each.resources, gpu: 0 } }));
    const { services: plan } = planWorkers(alone, request);
    const program = plan.find(({ description }) => description.command !== null)?.description;
    if (program !== undefined) {
      throw new UsageError(
        `${program.className} is a program of its own and cannot run in one process with the others; leave out ` +
          "--in-process, or name those that can with --only.",
      );
    }
    const wanted = new Set(plan.map((each) => each.description.id));
    const nodes = requireClasses(graph.filter((node) => wanted.has(node.definition.id)));
    const serving = await serveNodes(nodes, {
      http: { host: request.host, port: plan.findLast((each) => each.port !== null)?.port ?? request.port },
      drainMs: request.drainMs,
    });
    process.stdout.write(`ready ${serving.url ?? [...wanted].join(" ")}\n`);
    return null;
  } catch (error) {
    if (error instanceof UsageError || error instanceof ConfigurationError) throw error;
    process.stderr.write(`stator: ${startFailure(error)}\n`);
    return 1;
  }
}

/** A target that is not there, or a graph that is not in order, is wrong usage. What the services themselves throw later is not. */
async function load(source: GraphSource, layers: ConfigurationLayers): Promise<GraphNode[]> {
  try {
    return (await source.load()).nodes(layers);
  } catch (error) {
    if (error instanceof StatorError && error.code === "invalid_argument") throw new UsageError(error.message);
    throw error;
  }
}

function warn(text: string): void {
  process.stderr.write(`stator: ${text}\n`);
}

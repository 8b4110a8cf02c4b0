/** What the supervisor starts: runs one service of a graph, or says which services a graph has. */
import { StatorError } from "@stator/runtime-native";

import { loadLayers, processLayers } from "../configuration/load-layers.ts";
import { loadGraph } from "../graph/load-graph.ts";
import { reportReady, serveNodes } from "../serving/serve.ts";
import type { ChildTask } from "../supervision/messages.ts";
import { startFailure } from "../supervision/start-failure.ts";
import { Supervision } from "../supervision/supervision.ts";
import { describeGraph } from "./describe-graph.ts";
import { loadedFiles } from "./loaded-files.ts";

// Before the user's code, which may block for as long as it likes.
const supervision = Supervision.take();

const task = JSON.parse(process.argv[2] ?? "null") as ChildTask;
try {
  await run(task);
} catch (error) {
  // A target that is not there, a graph that is not in order, a configuration that does not fit.
  const usage = task.task === "describe" && error instanceof StatorError && error.code === "invalid_argument";
  supervision.tell({ type: "failed", message: usage ? error.message : startFailure(error), usage });
  process.exit(1);
}

async function run(request: ChildTask): Promise<void> {
  const layers = request.task === "describe" ? loadLayers(request.sources, process.env) : processLayers();
  const nodes = (await loadGraph(request.target)).nodes(layers);
  if (request.task === "describe") {
    const warnings = layers.check(nodes.map(({ definition }) => definition));
    const files = [...loadedFiles(), ...layers.files];
    supervision.tell({ type: "graph", services: describeGraph(nodes), warnings, files });
    process.exit(0);
  }
  const node = nodes.find((each) => each.definition.id === request.service);
  if (node?.kind !== "class") throw new Error(`${request.target} no longer leads to ${request.service}.`);
  const serving = await serveNodes([node], { http: request.http, drainMs: request.drainMs });
  reportReady(supervision, serving);
}

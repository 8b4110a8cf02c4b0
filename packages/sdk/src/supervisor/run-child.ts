import { StatorError } from "@stator/runtime-native";

import { loadLayers, processLayers } from "../configuration/load-layers.ts";
import type { Graph } from "../graph/graph.ts";
import { reportReady, serveNodes } from "../serving/serve.ts";
import type { ChildTask } from "../supervision/messages.ts";
import { startFailure } from "../supervision/start-failure.ts";
import { Supervision } from "../supervision/supervision.ts";
import { describeGraph } from "./describe-graph.ts";
import { loadedFiles } from "./loaded-files.ts";

/** Does what the supervisor has started this process for: runs one service of a graph, or says which services it has. */
export async function runChild(text: string | undefined, load: (target: string) => Promise<Graph>): Promise<void> {
  // Before the user's code, which may block for as long as it likes.
  const supervision = Supervision.take();
  const task = JSON.parse(text ?? "null") as ChildTask;
  try {
    await run(task, load, supervision);
  } catch (error) {
    // A target that is not there, a graph that is not in order, a configuration that does not fit.
    const usage = task.task === "describe" && error instanceof StatorError && error.code === "invalid_argument";
    const message = usage ? error.message : startFailure(error);
    // Started by hand, there is nobody else to tell.
    if (!supervision.tell({ type: "failed", message, usage })) process.stderr.write(`${message}\n`);
    process.exit(1);
  }
}

async function run(task: ChildTask, load: (target: string) => Promise<Graph>, supervision: Supervision): Promise<void> {
  const layers = task.task === "describe" ? loadLayers(task.sources, process.env) : processLayers();
  const nodes = (await load(task.target)).nodes(layers);
  if (task.task === "describe") {
    const warnings = layers.check(nodes.map(({ definition }) => definition));
    const files = [...loadedFiles(), ...layers.files];
    supervision.tell({ type: "graph", services: describeGraph(nodes), warnings, files });
    process.exit(0);
  }
  const node = nodes.find((each) => each.definition.id === task.service);
  if (node?.kind !== "class") throw new Error(`${task.target} no longer leads to ${task.service}.`);
  const serving = await serveNodes([node], { http: task.http, drainMs: task.drainMs });
  reportReady(supervision, serving);
}

/** What the supervisor starts: runs one service of a graph, or says which services a graph has. */
import { reportReady, serveNodes } from "../serving/serve.ts";
import { resolveGraph } from "../graph/service-graph.ts";
import { loadService } from "../graph/load-service.ts";
import { Supervision } from "../supervision/supervision.ts";
import { describeGraph } from "./describe-graph.ts";
import type { ChildTask } from "../supervision/messages.ts";
import { startFailure } from "../supervision/start-failure.ts";

// Before the user's code, which may block for as long as it likes.
const supervision = Supervision.take();

const task = JSON.parse(process.argv[2] ?? "null") as ChildTask;
try {
  await run(task);
} catch (error) {
  supervision.tell({ type: "failed", message: startFailure(error) });
  process.exit(1);
}

async function run(request: ChildTask): Promise<void> {
  const graph = resolveGraph([await loadService(request.target)]);
  if (request.task === "describe") {
    supervision.tell({ type: "graph", services: describeGraph(graph) });
    process.exit(0);
  }
  const node = graph.find((each) => each.definition.id === request.service);
  if (node?.kind !== "class") throw new Error(`${request.target} no longer leads to ${request.service}.`);
  const serving = await serveNodes([node], { http: request.http, drainMs: request.drainMs });
  reportReady(supervision, serving);
}

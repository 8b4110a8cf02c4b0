import { loadService } from "../graph/load-service.ts";
import { requireClasses, resolveGraph } from "../graph/service-graph.ts";
import { serveNodes } from "../serving/serve.ts";
import { describeGraph } from "../supervisor/describe-graph.ts";
import { startFailure } from "../supervision/start-failure.ts";
import { planWorkers } from "../supervisor/worker-plan.ts";
import type { ServeArguments } from "./serve-arguments.ts";
import { UsageError } from "./usage-error.ts";

/** Runs the graph in this process, until a signal ends it. Gives an exit code when it could not start. */
export async function serveInProcess(options: ServeArguments): Promise<number | null> {
  try {
    const graph = resolveGraph([await loadService(options.target)]);
    const plan = planWorkers(describeGraph(graph), options);
    const program = plan.find(({ description }) => description.command !== null)?.description;
    if (program !== undefined) {
      throw new UsageError(
        `${program.className} is a program of its own and cannot run in one process with the others; leave out ` +
          "--in-process, or name those that can with --only.",
      );
    }
    for (const { description, workers } of plan) {
      if (workers > 1)
        process.stderr.write(`stator: ${description.className} has one worker, not ${workers}, in one process.\n`);
    }
    const wanted = new Set(plan.map((each) => each.description.id));
    const nodes = requireClasses(graph.filter((node) => wanted.has(node.definition.id)));
    const serving = await serveNodes(nodes, {
      http: { host: options.host, port: plan.findLast((each) => each.port !== null)?.port ?? options.port },
      drainMs: options.drainMs,
    });
    process.stdout.write(`ready ${serving.url ?? [...wanted].join(" ")}\n`);
    return null;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    process.stderr.write(`stator: ${startFailure(error)}\n`);
    return 1;
  }
}

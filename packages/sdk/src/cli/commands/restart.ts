import type { GraphStatus } from "../../control/graph-status.ts";
import { findGraph } from "../../control/running-graphs.ts";
import { type CliCommand, GRAPH_OPTION, JSON_OPTION } from "../cli-command.ts";
import { printJson, printLines } from "../command-output.ts";
import { graphText } from "./ps.ts";

/** `stator restart` */
export const restartCommand: CliCommand<{ readonly graph?: string; readonly json?: true }> = {
  usage: "restart [service]",
  summary: "replaces the workers of a service, or of all, one after another",
  options: [GRAPH_OPTION(), JSON_OPTION()],
  takesServiceOptions: false,
  more: `A new worker is ready before the old one drains, so that no call is lost. Workers with GPUs drain first. A worker that
was held back is started again. The code is loaded anew, the configuration is that of the start.`,
  async run({ positionals: [service], options }) {
    const graph = await findGraph(options.graph, service);
    const status = await graph.ask<GraphStatus>("/restart", { service: service ?? null });
    if (options.json === true) printJson(status);
    else printLines(graphText(status));
    return 0;
  },
};

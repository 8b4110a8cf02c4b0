import type { GraphStatus } from "../../control/graph-status.ts";
import { findGraph } from "../../control/running-graphs.ts";
import { MOST_WORKERS } from "../../configuration/service-settings.ts";
import { type CliCommand, GRAPH_OPTION, JSON_OPTION } from "../cli-command.ts";
import { printJson, printLines } from "../command-output.ts";
import { whole } from "../option-values.ts";
import { graphText } from "./ps.ts";

/** `stator scale` */
export const scaleCommand: CliCommand<{ readonly graph?: string; readonly json?: true }> = {
  usage: "scale <service> <workers>",
  summary: "changes how many workers a service has",
  options: [GRAPH_OPTION(), JSON_OPTION()],
  takesServiceOptions: false,
  more: "Ends when the new workers are ready, or the ones that are too many have drained. It holds until the graph ends.",
  async run({ positionals: [service = "", count = ""], options }) {
    const workers = whole("workers", 1, MOST_WORKERS)(count);
    const graph = await findGraph(options.graph, service);
    const status = await graph.ask<GraphStatus>("/scale", { service, workers });
    if (options.json === true) printJson(status);
    else printLines(graphText(status));
    return 0;
  },
};

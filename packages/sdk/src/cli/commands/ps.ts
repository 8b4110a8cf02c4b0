import type { GraphStatus } from "../../control/graph-status.ts";
import { runningGraphs } from "../../control/running-graphs.ts";
import { type CliCommand, JSON_OPTION } from "../cli-command.ts";
import { printJson, printLines, table } from "../command-output.ts";

/** `stator ps` */
export const psCommand: CliCommand<{ readonly json?: true }> = {
  usage: "ps",
  summary: "lists running graphs with their workers",
  options: [JSON_OPTION()],
  takesServiceOptions: false,
  more: "Shows the graphs that this user has started with stator serve on this machine.",
  async run({ options }) {
    const graphs = (await runningGraphs()).map(({ status }) => status);
    if (options.json === true) printJson(graphs);
    else if (graphs.length === 0) printLines(["No graph is running."]);
    else printLines(graphs.flatMap((graph, index) => [...(index === 0 ? [] : [""]), ...graphText(graph)]));
    return 0;
  },
};

/** A graph with a line for each worker. */
export function graphText({ pid, target, state, url, systemUrl, startedAt, services }: GraphStatus): string[] {
  const rows = services.flatMap(({ className, workers }) =>
    workers.map((worker) => [
      `  ${className}`,
      String(worker.index),
      worker.state,
      String(worker.pid ?? "-"),
      worker.instanceId ?? "-",
      worker.gpus.join(",") || "-",
      String(worker.restarts),
      age(worker.startedAt),
      worker.url ?? "-",
    ]),
  );
  const head = ["  SERVICE", "WORKER", "STATE", "PID", "INSTANCE", "GPUS", "RESTARTS", "AGE", "URL"];
  const title = [target, state, `pid ${pid}`, `up ${age(startedAt)}`, ...(url === null ? [] : [url])];
  if (systemUrl !== null) title.push(`metrics ${systemUrl}/metrics`);
  return [title.join("  "), ...table([head, ...rows])];
}

function age(since: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`;
}

import { findGraph } from "../../control/running-graphs.ts";
import type { LogLine } from "../../supervisor/log-buffer.ts";
import { printLines } from "../command-output.ts";
import { inputLines } from "../input-lines.ts";
import { type CliCommand, flag, GRAPH_OPTION, JSON_OPTION, numberOption } from "../cli-command.ts";

interface LogsOptions {
  readonly follow?: true;
  readonly lines?: number;
  readonly graph?: string;
  readonly json?: true;
}

/** `stator logs` */
export const logsCommand: CliCommand<LogsOptions> = {
  usage: "logs [service]",
  summary: "prints what the workers have printed last",
  options: [
    flag("--follow", "goes on with what they print from now on"),
    numberOption("--lines <count>", "how many of the last lines (default 100)", 0, 5000),
    GRAPH_OPTION(),
    JSON_OPTION(),
  ],
  takesServiceOptions: false,
  more: "The service may be stator: what the supervisor says itself. The last 5000 lines are kept.\n--json prints a line of JSON for each: time, service, worker, stream, line.",
  async run({ positionals: [service], options }) {
    const graph = await findGraph(options.graph, service === "stator" ? undefined : service);
    const search = new URLSearchParams({ lines: String(options.lines ?? 100) });
    if (service !== undefined) search.set("service", service);
    if (options.follow === true) search.set("follow", "1");
    const response = await graph.open(`/logs?${search.toString()}`);
    if (response.body === null) return 0;
    let count = 0;
    try {
      for await (const line of inputLines(response.body)) {
        if (line === "") continue;
        printLines([options.json === true ? line : textOf(line)]);
        count += 1;
      }
    } catch (error) {
      // The graph has ended, and closed its socket.
      if (options.follow !== true) throw error;
    }
    // For people alone: silence could also mean that the wrong graph was asked.
    if (count === 0 && options.json !== true && options.lines !== 0) {
      process.stderr.write(`stator: ${service ?? graph.status.target} has printed nothing so far.\n`);
    }
    return 0;
  },
};

function textOf(json: string): string {
  const { service, worker, line } = JSON.parse(json) as LogLine;
  return `${service === "stator" ? service : `${service}/${worker}`} | ${line}`;
}

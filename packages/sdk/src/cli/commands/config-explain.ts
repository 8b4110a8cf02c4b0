import type { Explanation } from "../../configuration/explanation.ts";
import { loadLayers } from "../../configuration/load-layers.ts";
import { findGraph, runningGraphs } from "../../control/running-graphs.ts";
import { suggestion } from "../../definition/nearest-name.ts";
import type { GraphSource } from "../../graph/graph-source.ts";
import { describeGraph } from "../../supervisor/describe-graph.ts";
import { type CliCommand, CONFIGURATION_OPTIONS, GRAPH_OPTION, JSON_OPTION } from "../cli-command.ts";
import { commandSource } from "../command-source.ts";
import { printJson, printLines } from "../command-output.ts";
import { explanationText } from "../explanation-text.ts";
import { settingsTable } from "../print-plan.ts";
import { UsageError } from "../usage-error.ts";

interface ExplainOptions {
  readonly configFile?: string[];
  readonly profile?: string[];
  readonly graph?: string;
  readonly json?: true;
}

/** `stator config explain` */
export const configExplainCommand: CliCommand<ExplainOptions> = {
  usage: "explain [setting] [target]",
  below: "config",
  summary: "says which layer has set a value, and what it shadows",
  options: [...CONFIGURATION_OPTIONS(), GRAPH_OPTION(), JSON_OPTION()],
  takesServiceOptions: true,
  aboutTarget: `<target> is <file>#<Name>, as for stator serve, whose options -f, --profile and --<Service>.<setting> it takes too.
Without a target the running graph is asked.`,
  more: `<setting> is <Service>.<path>, such as Worker.maxTokens, or <Service>; without it all settings are listed.

Layers, the weakest first: default, decorator, file, profile, environment, command line.`,
  async run({ positionals, options, services, own }) {
    const target = own === null ? positionals.find(isTarget) : undefined;
    const setting = positionals.find((each) => each !== target) ?? "";
    if (target === undefined && positionals.length > 1) {
      throw new UsageError(`"${positionals[1] ?? ""}" is no target; write <file>#<Name>.`);
    }
    const sources = { files: options.configFile ?? [], profiles: options.profile ?? [], options: services };
    const isOwn = own !== null && options.graph === undefined;
    const all =
      isOwn || target !== undefined
        ? await ofSource(commandSource(own, target), sources)
        : await ofRunningGraph(options.graph);
    const found = all.filter(({ service, path }) => isWithin(`${service}.${path}`, setting));
    if (found.length === 0) {
      const known = all.map(({ service, path }) => `${service}.${path}`);
      throw new UsageError(`There is no setting "${setting}"; ${suggestion(setting, known)}`);
    }
    if (options.json === true) printJson(found);
    else if (setting === "") printLines(settingsTable(found));
    else printLines(found.flatMap((each, index) => [...(index === 0 ? [] : [""]), ...explanationText(each)]));
    return 0;
  },
};

async function ofSource(
  source: GraphSource,
  sources: Parameters<typeof loadLayers>[0],
): Promise<readonly Explanation[]> {
  const layers = loadLayers(sources, process.env);
  const nodes = (await source.load()).nodes(layers);
  layers.check(nodes.map(({ definition }) => definition));
  return describeGraph(nodes).flatMap(({ explanations }) => explanations);
}

async function ofRunningGraph(which: string | undefined): Promise<readonly Explanation[]> {
  if ((await runningGraphs()).length === 0) {
    throw new UsageError("No graph is running; name one that is not: stator config explain [setting] <file>#<Name>.");
  }
  return (await findGraph(which)).ask<readonly Explanation[]>("/explanations");
}

function isTarget(text: string): boolean {
  return text.includes("#") || /\.[cm]?[jt]sx?$/.test(text);
}

function isWithin(path: string, setting: string): boolean {
  return setting === "" || path === setting || path.startsWith(`${setting}.`) || path.startsWith(`${setting}[`);
}

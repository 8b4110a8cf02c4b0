import { loadLayers } from "../../configuration/load-layers.ts";
import { checkGraph } from "../../graph/check-graph.ts";
import { drawMermaid } from "../../graph/draw-mermaid.ts";
import { drawSvg } from "../../graph/draw-svg.ts";
import { graphEdges } from "../../graph/graph-edges.ts";
import { readGpuList } from "../../resources/gpu-inventory.ts";
import { describeGraph } from "../../supervisor/describe-graph.ts";
import { choiceOption, type CliCommand, CONFIGURATION_OPTIONS, flag, JSON_OPTION, textOption } from "../cli-command.ts";
import { commandSource } from "../command-source.ts";
import { print, printJson, printLines } from "../command-output.ts";

interface GraphOptions {
  readonly configFile?: string[];
  readonly profile?: string[];
  readonly format?: string;
  readonly output?: string;
  readonly check?: true;
  readonly gpus?: string;
  readonly json?: true;
}

/** `stator graph` */
export const graphCommand: CliCommand<GraphOptions> = {
  usage: "graph <target>",
  summary: "draws a graph, or checks it",
  options: [
    choiceOption("--format <format>", "mermaid or svg (default: by the name of the output, else mermaid)", [
      "mermaid",
      "svg",
    ]),
    textOption("--output <path>", "writes there in place of standard output"),
    flag("--check", "lists what would keep the graph from running; exit code 1 if there is anything"),
    textOption("--gpus <list>", "with --check: GPUs to count with, such as 0,1"),
    ...CONFIGURATION_OPTIONS(),
    JSON_OPTION(),
  ],
  takesServiceOptions: true,
  aboutTarget: "<target> is <file>#<Name>, as for stator serve.",
  more: "Nothing is started; the classes are constructed.",
  async run({ positionals: [target], options, services, own }) {
    const sources = { files: options.configFile ?? [], profiles: options.profile ?? [], options: services };
    const graph = await commandSource(own, target).load();
    if (options.check === true) {
      const gpus = options.gpus === undefined ? {} : { gpus: readGpuList(options.gpus) };
      const problems = checkGraph(graph.parts, { ...gpus, layers: loadLayers(sources, process.env) });
      if (options.json === true) printJson(problems);
      else
        printLines(
          problems.length === 0
            ? ["The graph is in order."]
            : problems.map(({ kind, message }) => `${kind}: ${message}`),
        );
      return problems.length === 0 ? 0 : 1;
    }
    const nodes = graph.nodes(loadLayers(sources, process.env));
    if (options.json === true) {
      printJson(
        describeGraph(nodes).map(({ className, id, endpoints, dependsOn }) => ({
          className,
          id,
          endpoints,
          dependsOn,
        })),
      );
      return 0;
    }
    const { format = options.output?.endsWith(".svg") === true ? "svg" : "mermaid", output } = options;
    const picture = graphEdges(nodes);
    const text = format === "svg" ? drawSvg(picture) : drawMermaid(picture);
    if (output === undefined) print(text);
    else await Bun.write(output, text);
    return 0;
  },
};

import {
  type CliCommand,
  CONFIGURATION_OPTIONS,
  DISCOVERY_OPTIONS,
  flag,
  listOption,
  numberOption,
  textOption,
} from "../cli-command.ts";
import { commandSource } from "../command-source.ts";
import { runGraph } from "../run-graph.ts";
import { type ServeFlags, serveRequest } from "../serve-options.ts";

/** `stator serve` */
export const serveCommand: CliCommand<ServeFlags> = {
  usage: "serve <target>",
  summary: "runs a graph, or a service with all that it depends on",
  options: [
    ...CONFIGURATION_OPTIONS(),
    listOption("--only <service>", "runs this service only; may be given several times"),
    flag("--in-process", "runs everything in one process, one worker a service, without the network"),
    flag("--watch", "replaces the processes when a file of the graph or of its configuration changes"),
    flag("--dry-run", "says what would run, and why, and ends"),
    flag("--json", "with --dry-run: prints JSON, for programs"),
    textOption("--host <address>", "where HTTP listens (default 127.0.0.1; environment DYN_HTTP_HOST)"),
    numberOption("--port <port>", "HTTP port, 0 for any (default 8000; environment DYN_HTTP_PORT)", 0, 65_535),
    numberOption(
      "--system-port <port>",
      "port of health and metrics, 0 for any (default: none; environment DYN_SYSTEM_PORT)",
      0,
      65_535,
    ),
    ...DISCOVERY_OPTIONS(),
    textOption("--gpus <list>", "GPUs to use, such as 0,1 (default: CUDA_VISIBLE_DEVICES, else what nvidia-smi lists)"),
    flag("--oversubscribe", "lets workers share GPUs where there are not enough"),
    numberOption("--drain-ms <time>", "time for open calls to end when stopping (default 10000)", 0, 86_400_000),
    numberOption(
      "--blocked-ms <time>",
      "kills a worker whose event loop is blocked that long, 0 for never (default 30000)",
      0,
      86_400_000,
    ),
    textOption("--ready-file <path>", "also writes address, process ids and instance ids there, as JSON"),
  ],
  takesServiceOptions: true,
  aboutTarget: `<target> is <file>#<Name>: a graph, or a service, which brings all that it depends on. #<Name> may be left out where the
file exports one graph, or one service. Each service runs in processes of its own.
`,
  more: `  --<Service>.workers=N         processes for that service, or auto
  --<Service>.port=N            HTTP port of that service
  --<Service>.<setting>=VALUE   its own configuration; "stator config explain" says what there is

Prints "ready <url>" when every service is registered and HTTP is open. Ctrl-C drains; a second one forces.

Exit codes: 0 stopped as asked, 1 could not start or nothing is left, 2 wrong usage, 130 and 143 forced by a second signal.`,
  run({ positionals, options, services, own }) {
    const source = commandSource(own, positionals[0]);
    const request = serveRequest(source.target, options, services, process.env);
    return runGraph(source, request, options);
  },
};

import { ControlServer } from "../control/control-server.ts";
import { runFolder } from "../control/run-folder.ts";
import { onStopSignals } from "../serving/stop-signals.ts";
import type { GraphSource } from "../graph/graph-source.ts";
import { GraphWatcher } from "../supervisor/graph-watcher.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import type { CommandEnd } from "./cli-command.ts";
import { CommandFailure } from "./command-failure.ts";
import { printPlan } from "./print-plan.ts";
import { discoveryEnvironment, type ServeFlags, type ServeRequest } from "./serve-options.ts";
import { UsageError } from "./usage-error.ts";

/** Runs a graph as `stator serve` was asked to. */
export async function runGraph(source: GraphSource, request: ServeRequest, flags: ServeFlags): Promise<CommandEnd> {
  const own = discoveryEnvironment(request);
  if (flags.inProcess === true && flags.dryRun !== true) {
    // One process, whose own system server is that of the graph.
    const system = request.system.port === null ? {} : { DYN_SYSTEM_PORT: String(request.system.port) };
    Object.assign(process.env, { DYN_DISCOVERY_BACKEND: inProcessDiscovery() }, system, own);
    const { serveInProcess } = await import("./serve-in-process.ts");
    return serveInProcess(source, request);
  }
  if (process.platform === "win32") {
    throw new CommandFailure(
      "The processes of a graph are supervised on Unix alone. --in-process serves it here, and WSL 2 runs all of it.",
    );
  }
  const supervisor = new Supervisor({
    ...request,
    child: source.child,
    // Each worker has a system server of its own, where there is room; the graph's answers for them.
    environment: { ...process.env, ...(request.system.port === null ? {} : { DYN_SYSTEM_PORT: "0" }), ...own },
    colour: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  });
  // A reader of the logs that goes away must not take the services with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  if (flags.dryRun === true) return dryRun(supervisor, flags.json === true);
  using control = openControl(supervisor);
  void control;
  onStopSignals(
    () => void supervisor.stop(),
    (exitCode) => {
      supervisor.kill();
      control?.[Symbol.dispose]();
      process.exit(exitCode);
    },
  );
  using watcher = flags.watch === true ? new GraphWatcher(supervisor) : null;
  return await supervisor.run(() => watcher?.start());
}

async function dryRun(supervisor: Supervisor, json: boolean): Promise<CommandEnd> {
  try {
    const { described, plan } = await supervisor.plan();
    printPlan(described, plan, json);
    return 0;
  } catch (error) {
    supervisor.say(error instanceof Error ? error.message : String(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Without the socket the graph runs all the same; only `stator ps` and its like do not see it. */
function openControl(supervisor: Supervisor): ControlServer | null {
  try {
    return ControlServer.open(supervisor, runFolder());
  } catch (error) {
    supervisor.say(
      `stator ps, logs, scale and restart will not find this graph: ${error instanceof Error ? error.message : String(error)}`,
    );
    return null;
  }
}

/** Memory is enough for one process, unless the environment says where others are to be found. */
function inProcessDiscovery(): string | undefined {
  const { DYN_DISCOVERY_BACKEND: backend, ETCD_ENDPOINTS: endpoints } = process.env;
  return backend ?? ((endpoints ?? "").trim() === "" ? "memory" : undefined);
}

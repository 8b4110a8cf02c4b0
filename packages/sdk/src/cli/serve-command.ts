import { onStopSignals } from "../serving/stop-signals.ts";
import { Supervisor } from "../supervisor/supervisor.ts";
import { SERVE_HELP } from "./help.ts";
import { readServeArguments, type ServeArguments } from "./serve-arguments.ts";

/** `stator serve`. Gives the exit code; null while services run in this process. */
export async function serveCommand(argv: readonly string[]): Promise<number | null> {
  const options = readServeArguments(argv, process.env);
  if (options.help) {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  const environment = discoveryEnvironment(options);
  if (options.inProcess) {
    Object.assign(process.env, environment);
    // Loads the addon, which the supervisor does without.
    const { serveInProcess } = await import("./serve-in-process.ts");
    return serveInProcess(options);
  }
  const supervisor = new Supervisor({
    ...options,
    environment: { ...process.env, ...environment },
    colour: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  });
  onStopSignals(
    () => void supervisor.stop(),
    (exitCode) => {
      supervisor.kill();
      process.exit(exitCode);
    },
  );
  // A reader of the logs that goes away must not take the services with it.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  return supervisor.run();
}

/** Memory is enough for one process, unless the environment says where others are to be found. */
function inProcessDiscovery(): string | null {
  const { DYN_DISCOVERY_BACKEND: backend, ETCD_ENDPOINTS: endpoints } = process.env;
  return backend ?? ((endpoints ?? "").trim() === "" ? "memory" : null);
}

function discoveryEnvironment(options: ServeArguments): Record<string, string> {
  const environment: Record<string, string> = {};
  const backend = options.discovery ?? (options.inProcess ? inProcessDiscovery() : null);
  if (backend !== null) environment["DYN_DISCOVERY_BACKEND"] = backend;
  if (options.filePath !== null) environment["DYN_FILE_KV"] = options.filePath;
  return environment;
}

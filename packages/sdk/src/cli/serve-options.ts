import type { ServiceOption } from "../configuration/command-line-entries.ts";
import { readGpuList } from "../resources/gpu-inventory.ts";
import type { SupervisorOptions } from "../supervisor/supervisor.ts";
import { whole } from "./option-values.ts";
import { UsageError } from "./usage-error.ts";

/** What commander makes of the options of `stator serve`. */
export interface ServeFlags {
  readonly configFile?: string[];
  readonly profile?: string[];
  readonly only?: string[];
  readonly inProcess?: true;
  readonly watch?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly host?: string;
  readonly port?: number;
  readonly systemPort?: number;
  readonly discovery?: string;
  readonly filePath?: string;
  readonly gpus?: string;
  readonly oversubscribe?: true;
  readonly drainMs?: number;
  readonly readyFile?: string;
  readonly blockedMs?: number;
}

/** What `stator serve` was asked for. */
export interface ServeRequest extends Omit<
  SupervisorOptions,
  "child" | "environment" | "colour" | "stdout" | "stderr"
> {
  readonly discovery: string | null;
  readonly filePath: string | null;
}

type Environment = Record<string, string | undefined>;

/** Checks what was asked for. The environment gives what the command line leaves out. */
export function serveRequest(
  target: string,
  flags: ServeFlags,
  services: readonly ServiceOption[],
  environment: Environment,
): ServeRequest {
  const { inProcess, watch, dryRun, json, discovery = null } = flags;
  const backend = discovery ?? environment["DYN_DISCOVERY_BACKEND"] ?? "";
  if (inProcess !== true && ["mem", "memory"].includes(backend)) {
    throw new UsageError("Memory discovery reaches one process only; add --in-process, or use --discovery file.");
  }
  if (inProcess === true && watch === true) {
    throw new UsageError("--watch replaces processes, and --in-process has only this one; leave one of them out.");
  }
  if (json === true && dryRun !== true)
    throw new UsageError("--json needs --dry-run; a running graph is shown by stator ps --json.");
  return {
    target,
    sources: { files: flags.configFile ?? [], profiles: flags.profile ?? [], options: services },
    host: flags.host ?? environment["DYN_HTTP_HOST"] ?? "127.0.0.1",
    port: flags.port ?? whole("DYN_HTTP_PORT", 0, 65_535)(environment["DYN_HTTP_PORT"] ?? "8000"),
    system: {
      host: nonEmpty(environment["DYN_SYSTEM_HOST"]) ?? "127.0.0.1",
      port: systemPort(flags.systemPort ?? nonEmpty(environment["DYN_SYSTEM_PORT"])),
    },
    only: flags.only ?? [],
    gpus: flags.gpus === undefined ? null : readGpuList(flags.gpus),
    oversubscribe: flags.oversubscribe === true,
    drainMs: flags.drainMs ?? 10_000,
    readyFile: flags.readyFile ?? null,
    blockedMs: flags.blockedMs ?? 30_000,
    discovery,
    filePath: flags.filePath ?? null,
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** A negative one is none, as for a runtime. */
function systemPort(said: number | string | undefined): number | null {
  const port = whole("DYN_SYSTEM_PORT", -1, 65_535)(String(said ?? -1));
  return port < 0 ? null : port;
}

/** What the discovery options mean for the runtime. */
export function discoveryEnvironment({
  discovery = null,
  filePath = null,
}: {
  readonly discovery?: string | null;
  readonly filePath?: string | null;
}): Record<string, string> {
  return {
    ...(discovery === null ? {} : { DYN_DISCOVERY_BACKEND: discovery }),
    ...(filePath === null ? {} : { DYN_FILE_KV: filePath }),
  };
}

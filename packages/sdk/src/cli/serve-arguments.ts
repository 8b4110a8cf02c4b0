import { suggestion } from "../definition/nearest-name.ts";
import type { ServiceOverride } from "../supervisor/worker-plan.ts";
import { type CommandLine, readCommandLine } from "./command-line.ts";
import { UsageError } from "./usage-error.ts";

/** What `stator serve` was asked for. */
export interface ServeArguments {
  readonly target: string;
  readonly inProcess: boolean;
  readonly host: string;
  readonly port: number;
  readonly discovery: string | null;
  readonly filePath: string | null;
  readonly only: readonly string[];
  readonly overrides: readonly ServiceOverride[];
  readonly drainMs: number;
  readonly readyFile: string | null;
  readonly help: boolean;
}

const KINDS = {
  help: "flag",
  "in-process": "flag",
  host: "text",
  port: "text",
  discovery: "text",
  "file-path": "text",
  only: "list",
  "drain-ms": "text",
  "ready-file": "text",
} as const;

/** Reads and checks the command line of `stator serve`. The environment gives what it leaves out. */
export function readServeArguments(
  argv: readonly string[],
  environment: Record<string, string | undefined>,
): ServeArguments {
  const line = readCommandLine(argv, KINDS);
  const help = line.flags.has("help");
  const [target = "", ...more] = line.positionals;
  if (!help && target === "") throw new UsageError("Say what to serve: stator serve <file>#<Service>.");
  if (more.length > 0) throw new UsageError(`Unexpected argument "${more.join(" ")}" after ${target}.`);
  const text = (name: keyof typeof KINDS) => line.values.get(name)?.[0] ?? null;
  const inProcess = line.flags.has("in-process");
  const discovery = text("discovery");
  const backend = discovery ?? environment["DYN_DISCOVERY_BACKEND"] ?? "";
  if (!inProcess && ["mem", "memory"].includes(backend)) {
    throw new UsageError("Memory discovery reaches one process only; add --in-process, or use --discovery file.");
  }
  const only = line.values.get("only") ?? [];
  return {
    target,
    inProcess,
    host: text("host") ?? environment["DYN_HTTP_HOST"] ?? "127.0.0.1",
    port: whole("--port", text("port") ?? environment["DYN_HTTP_PORT"] ?? "8000", 0, 65_535),
    discovery,
    filePath: text("file-path"),
    only,
    overrides: readOverrides(line),
    drainMs: whole("--drain-ms", text("drain-ms") ?? "10000", 0, 86_400_000),
    readyFile: text("ready-file"),
    help,
  };
}

function readOverrides(line: CommandLine): ServiceOverride[] {
  return line.services.map(([service, setting, value]) => {
    const where = `--${service}.${setting}`;
    if (setting === "workers") return { service, workers: whole(where, value, 1, 1024) };
    if (setting === "port") return { service, port: whole(where, value, 0, 65_535) };
    throw new UsageError(`${where}: unknown setting; ${suggestion(setting, ["workers", "port"])}`);
  });
}

function whole(where: string, value: string, min: number, max: number): number {
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new UsageError(`${where}: "${value}" is not a whole number from ${min} to ${max}.`);
  }
  return number;
}

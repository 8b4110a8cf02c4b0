import { readCommandLine } from "./command-line.ts";
import { UsageError } from "./usage-error.ts";

/** What `stator certs` was asked for. */
export interface CertsArguments {
  readonly folder: string;
  readonly names: string[];
  readonly days: number;
  readonly force: boolean;
  readonly authority: string | null;
  readonly help: boolean;
}

const KINDS = { help: "flag", force: "flag", name: "list", days: "text", ca: "text" } as const;

const MAX_DAYS = 3650;

/** Reads and checks the command line of `stator certs`. */
export function readCertsArguments(argv: readonly string[]): CertsArguments {
  const line = readCommandLine(argv, KINDS);
  const [folder = "stator-certs", ...more] = line.positionals;
  if (more.length > 0) throw new UsageError(`Unexpected argument "${more.join(" ")}" after ${folder}.`);
  const [service] = line.services;
  if (service !== undefined) throw new UsageError(`Unknown option --${service[0]}.${service[1]}.`);
  const days = line.values.get("days")?.[0] ?? "365";
  if (!/^\d+$/.test(days) || Number(days) < 1 || Number(days) > MAX_DAYS) {
    throw new UsageError(`--days: "${days}" is not a whole number from 1 to ${MAX_DAYS}.`);
  }
  return {
    folder,
    names: line.values.get("name") ?? [],
    days: Number(days),
    force: line.flags.has("force"),
    authority: line.values.get("ca")?.[0] ?? null,
    help: line.flags.has("help"),
  };
}

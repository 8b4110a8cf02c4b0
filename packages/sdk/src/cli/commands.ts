import type { CliCommand } from "./cli-command.ts";
import type { OwnProgram } from "./command-source.ts";
import { buildCommand } from "./commands/build.ts";
import { callCommand } from "./commands/call.ts";
import { certsCommand } from "./commands/certs.ts";
import { configExplainCommand } from "./commands/config-explain.ts";
import { configSchemaCommand } from "./commands/config-schema.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { graphCommand } from "./commands/graph.ts";
import { logsCommand } from "./commands/logs.ts";
import { lsCommand } from "./commands/ls.ts";
import { psCommand } from "./commands/ps.ts";
import { restartCommand } from "./commands/restart.ts";
import { scaleCommand } from "./commands/scale.ts";
import { serveCommand } from "./commands/serve.ts";

/** All commands, in the order of the help. */
const COMMANDS: readonly CliCommand[] = [
  serveCommand,
  buildCommand,
  psCommand,
  logsCommand,
  scaleCommand,
  restartCommand,
  callCommand,
  lsCommand,
  graphCommand,
  configExplainCommand,
  configSchemaCommand,
  certsCommand,
  doctorCommand,
] as readonly CliCommand[];

/** The commands that a program has: one that carries its graph cannot be built from itself. */
export function commandsFor(own: OwnProgram | null): readonly CliCommand[] {
  return own === null ? COMMANDS : COMMANDS.filter((command) => command !== (buildCommand as CliCommand));
}

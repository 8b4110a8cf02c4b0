import type { CliCommand } from "./cli-command.ts";
import type { OwnProgram } from "./command-source.ts";
import { buildCommand } from "./commands/build.ts";
import { callCommand } from "./commands/call.ts";
import { certsCommand } from "./commands/certs.ts";
import { configExplainCommand } from "./commands/config-explain.ts";
import { configSchemaCommand } from "./commands/config-schema.ts";
import { deployCommand } from "./commands/deploy.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { errorsCommand } from "./commands/errors.ts";
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
  deployCommand,
  certsCommand,
  doctorCommand,
  errorsCommand,
] as readonly CliCommand[];

/** They make something of the sources of a graph, which a program that carries it does not have. */
const OF_SOURCES: readonly unknown[] = [buildCommand, deployCommand];

/** The commands that a program has: `own` is one that carries its graph. */
export function commandsFor(own: OwnProgram | null): readonly CliCommand[] {
  return own === null ? COMMANDS : COMMANDS.filter((command) => !OF_SOURCES.includes(command));
}

import { accessSync, constants } from "node:fs";
import { isAbsolute, resolve } from "node:path";

import { supervisedEnvironment } from "../supervision/environment.ts";
import type { ChildTask, CommandDescription } from "../supervision/messages.ts";

type Environment = Record<string, string | undefined>;

/** How a process is started. */
export interface Launch {
  readonly argv: readonly string[];
  /** Default: the supervisor's own. */
  readonly cwd?: string;
  readonly environment: Environment;
}

/** A task of the program that loads the graph: `child` is its path, and what stands before the task. */
export function launchTask(child: readonly string[], task: ChildTask, environment: Environment): Launch {
  const drainMs = task.task === "serve" ? task.drainMs : 0;
  return {
    argv: [...child, JSON.stringify(task)],
    environment: { ...environment, ...supervisedEnvironment(drainMs) },
  };
}

/**
 * Stands between the supervisor and a program of any kind, which need not know of lifelines: when the supervisor is gone,
 * the program's group is asked to end, and ended 5 s later. The shell becomes the program, so its process id is that of it.
 */
const GUARD =
  `(trap '' TERM INT HUP; exec >/dev/null 2>&1 4>&-; read -r _ <&3; kill -TERM -$$; sleep 5; kill -KILL -$$) & ` +
  'exec "$@"';

/** A program that is no child of ours. Throws when it is not there. */
export function launchCommand(
  name: string,
  command: CommandDescription,
  environment: Environment,
  drainMs: number,
): Launch {
  const [program = "", ...rest] = command.argv;
  const own = { ...environment, ...command.env };
  const found = findProgram(name, program, command.cwd, own);
  return {
    argv: ["/bin/sh", "-c", GUARD, "sh", found, ...rest],
    cwd: command.cwd,
    environment: { ...own, ...supervisedEnvironment(drainMs) },
  };
}

/** The path of a program: a bare name is looked up on PATH, anything else is relative to the folder it runs in. */
function findProgram(name: string, program: string, cwd: string, environment: Environment): string {
  if (!program.includes("/")) {
    const found = Bun.which(program, { PATH: environment["PATH"] ?? "" });
    if (found !== null) return found;
    throw new Error(`${name}: there is no program "${program}" on PATH.`);
  }
  const path = isAbsolute(program) ? program : resolve(cwd, program);
  try {
    accessSync(path, constants.X_OK);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new Error(`${name}: ${path} ${missing ? "does not exist" : "cannot be executed"}. Build the program first.`, {
      cause: error,
    });
  }
  return path;
}

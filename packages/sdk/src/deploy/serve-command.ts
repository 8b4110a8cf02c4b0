import type { DeployedService, Deployment } from "./deployment.ts";

/** The command line of our own program in an installed project. */
export const STATOR = ["bun", "node_modules/.bin/stator"] as const;

/** The arguments of `stator serve` for one service whose processes somebody else starts again. */
export function containerArguments({ target, options }: Deployment, { className, command }: DeployedService): string[] {
  // A class needs no process beside its own: the engine that runs the container watches it. A program is told apart.
  const alone = command === null ? ["--in-process"] : [];
  return ["serve", target, "--only", className, ...alone, "--drain-ms", String(options.drainMs)];
}

/** The same for a machine where nobody asks whether the process still answers: the supervisor does. */
export function unitArguments({ target, options }: Deployment, { className }: DeployedService): string[] {
  return ["serve", target, "--only", className, "--drain-ms", String(options.drainMs)];
}
